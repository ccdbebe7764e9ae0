import { z } from 'zod';

/* https://docs.openstack.org/keystone/latest/user/application_credentials.html#access-rules */

export const accessRuleSchema = z.object({ service: z.string(), method: z.string(), path: z.string() });
/** What an application credential may call. */
export type AccessRule = z.output<typeof accessRuleSchema>;

/** Whether one of the rules allows a call. In a rule's path `*` and `{name}` are one part of it, `**` is any number of them. */
export function isAllowed(rules: readonly AccessRule[], call: AccessRule): boolean {
  return rules.some(
    ({ service, method, path }) =>
      service === call.service && method === call.method && patternOf(path).test(call.path),
  );
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\*\*|\*|\{[^}]*\})/)
    .map((part) => {
      if (part === '**') return '.*';
      return part === '*' || /^\{.*\}$/.test(part) ? '[^/]+' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
