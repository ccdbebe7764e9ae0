export const roles = ['user', 'instructor', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * Rights as one table: permission → roles that hold it. Read by the server's procedure builders, by the UI's disabled
 * reasons and by the docs. What a user may do with their own things, and with what is shared with them, needs none.
 */
export const permissions = {
  /** Create, edit and retire flavours. */
  'flavours:manage': ['admin'],
  /** Create, edit and retire images. */
  'images:manage': ['admin'],
  /** Create, edit and delete availability zones. */
  'zones:manage': ['admin'],
  /** See and manage everybody's slices, their consoles included. */
  'slices:see-all': ['admin'],
  /** Publish a template of one's own to all users. */
  'templates:publish': ['instructor', 'admin'],
  /** Give VMs of one's own other CPUs and RAM than their flavours have. */
  'vms:size': ['instructor', 'admin'],
  /** Look people up by a part of their name or address, to share with them. Others type the whole address. */
  'users:find': ['instructor', 'admin'],
  /** Accounts of others: roles, disabling, password links, service accounts and their tokens, deletion. */
  'users:manage': ['admin'],
  /** Set quotas of roles and users. */
  'quotas:manage': ['admin'],
  /** Read everybody's audit log. */
  'audit:see-all': ['admin'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof permissions;

/** Whether `role` holds `permission`. */
export function can(role: Role, permission: Permission): boolean {
  const holders: readonly Role[] = permissions[permission];
  return holders.includes(role);
}
