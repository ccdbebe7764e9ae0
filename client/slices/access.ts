import { levelOfKind, type DeploymentKind } from '#shared/deployment/schema';
import { reaches, type Level } from '#shared/scopes';
import { levelOfAccess, type AccessKind } from '#shared/sharing';

/** What else can be done with a slice, besides its operations, and how far one must be allowed to go for it. */
const levelOfDeed = {
  ...levelOfKind,
  console: 'operate',
  rename: 'manage',
  share: 'manage',
} as const satisfies Record<DeploymentKind | 'console' | 'rename' | 'share', Level>;
export type SliceDeed = keyof typeof levelOfDeed;

/** Why somebody may not do it to this slice, as the level that they have; null when they may. Pure. */
export interface AccessRefusal {
  code: 'ACCESS';
  level: 'read' | 'operate';
}

/** Whether who sees a slice by `access` may do this to it: null, or what they may do at most. */
export function accessRefusal(access: AccessKind, deed: SliceDeed): AccessRefusal | null {
  const level = levelOfAccess[access];
  // who manages may do everything there is
  return level === 'manage' || reaches(level, levelOfDeed[deed]) ? null : { code: 'ACCESS', level };
}
