import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import type { Cloud } from './cloud';
import { remembered } from './remembered';

/**
 * The id of the security group that a zone's ports are in; undefined where their port security is off. UNAVAILABLE where the project has no such group, or several of one name.
 */
export async function securityGroupOf({
  settings,
  caller,
  neutron,
}: Pick<Cloud, 'settings' | 'caller' | 'neutron'>): Promise<string | undefined> {
  if (settings.portSecurity === 'off') return undefined;
  const { project } = await caller.grant();
  const wanted = settings.securityGroup;
  const groups = await neutron.securityGroups({ project_id: project.id });
  const byId = groups.find(({ id }) => id === wanted);
  const named = groups.filter(({ name }) => name === wanted);
  const [first] = byId === undefined ? named : [byId];
  if (first === undefined || (byId === undefined && named.length > 1))
    throw new ProviderError(
      'UNAVAILABLE',
      say('CLOUD_GROUP_MISSING', { name: wanted, names: groups.map(({ name }) => name).join(', ') }),
      false,
    );
  return first.id;
}

/** The same, asked for once in a while. */
export function portSecurityOf(cloud: () => Cloud): () => Promise<string | undefined> {
  const group = remembered(() => securityGroupOf(cloud()));
  // other settings are asked for under another name
  return () => group.of(JSON.stringify([cloud().settings.portSecurity, cloud().settings.securityGroup]));
}
