import i18next from 'i18next';
import type { z } from 'zod';
import { nameSchema } from '#shared/primitives';

type Issue = z.core.$ZodIssue;

/** Sentences of the shared schemas that have a translation: the schema speaks English, for programs too. */
const sentences = {
  'This is not an e-mail address.': 'fields:email',
  'A name is needed.': 'fields:nameNeeded',
  'A password is needed.': 'errors:passwordNeeded',
  'A name may not hold slashes, angle brackets or control characters.': 'fields:nameCharacters',
  'A name may not hold angle brackets or control characters.': 'fields:personNameCharacters',
  'This name is reserved.': 'fields:nameReserved',
  'An IPv4 address of the host: 127.0.0.1, or 0.0.0.0 for all of them.': 'fields:ipv4',
  'An address that begins with https:// or http://.': 'fields:webAddress',
  'A subnet with its prefix length: 192.168.1.0/24.': 'fields:subnet',
  'An absolute path on the server or an http(s) URL.': 'fields:imageSource',
  'A SHA-256 is 64 hexadecimal digits.': 'fields:sha256',
  'An image that is fetched from a URL needs its SHA-256.': 'fields:sha256Needed',
  'A code is needed.': 'errors:codeNeeded',
  'Letters and digits only.': 'fields:codeCharacters',
  'At least one scope is needed.': 'fields:scopeNeeded',
  'Say to whom they go.': 'fields:receiverNeeded',
  'They cannot go to the account that is deleted.': 'fields:receiverDeleted',
} as const;

function known(message: string): (typeof sentences)[keyof typeof sentences] | undefined {
  for (const [sentence, key] of Object.entries(sentences)) if (sentence === message) return key;
  return undefined;
}

/** The sentence for one issue of a zod schema, in the language of the reader. */
export function issueSentence(issue: Issue): string {
  const key = known(issue.message);
  if (key !== undefined) return i18next.t(key);
  if (issue.code === 'too_small') {
    if (issue.origin === 'string')
      return issue.minimum === 1
        ? i18next.t('errors:needed')
        : i18next.t('fields:tooShort', { limit: Number(issue.minimum) });
    return i18next.t('fields:tooSmall', { limit: Number(issue.minimum) });
  }
  if (issue.code === 'too_big')
    return issue.origin === 'string'
      ? i18next.t('fields:tooLong', { limit: Number(issue.maximum) })
      : i18next.t('fields:tooLarge', { limit: Number(issue.maximum) });
  if (issue.code === 'invalid_type')
    return issue.expected === 'int' ? i18next.t('fields:whole') : i18next.t('errors:needed');
  return issue.message;
}

/** The first error of each field, by its path; what `validate` of a form wants. */
export function schemaErrors(schema: z.ZodType, values: unknown): Record<string, string> {
  const result = schema.safeParse(values);
  const errors: Record<string, string> = {};
  for (const issue of result.error?.issues ?? []) errors[issue.path.join('.')] ??= issueSentence(issue);
  return errors;
}

/** Why this cannot be the name of a template, slice …, null if it can. */
export function nameProblem(name: string): string | null {
  const issue = nameSchema.safeParse(name).error?.issues[0];
  return issue === undefined ? null : issueSentence(issue);
}
