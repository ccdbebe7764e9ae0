import { operationOf, type DeploymentKind } from '#shared/deployment/operations';
import { reaches, type Level } from '#shared/scopes';
import { levelOfAccess, type AccessKind } from '#shared/sharing';

/** What else can be done with a slice, besides its operations, and how far one must be allowed to go for it: to look at its consoles takes no more than to see it. */
const levelOfDeed = {
  type: 'operate',
  capture: 'operate',
  rename: 'manage',
  share: 'manage',
  save: 'manage',
} as const satisfies Record<string, Level>;
type OtherDeed = keyof typeof levelOfDeed;
export type SliceDeed = DeploymentKind | OtherDeed;

const isOther = (deed: SliceDeed): deed is OtherDeed => deed in levelOfDeed;
const levelOf = (deed: SliceDeed): Level => (isOther(deed) ? levelOfDeed[deed] : operationOf(deed).level);

/** Why somebody may not do it to this slice, as the level that they have; null when they may. Pure. */
export interface AccessRefusal {
  code: 'ACCESS';
  level: 'read' | 'operate';
}

/** Whether who sees a slice by `access` may do this to it: null, or what they may do at most. */
export function accessRefusal(access: AccessKind, deed: SliceDeed): AccessRefusal | null {
  const level = levelOfAccess[access];
  // who manages may do everything there is
  return level === 'manage' || reaches(level, levelOf(deed)) ? null : { code: 'ACCESS', level };
}
