export const roles = ['user', 'instructor', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * Rights as one table: permission → roles that hold it. Read by the server's procedure builders and by the UI's
 * disabled reasons. What a user may do with their own templates and slices needs no permission.
 */
export const permissions = {
  'flavours:manage': ['admin'],
  'images:manage': ['admin'],
  'zones:manage': ['admin'],
  'slices:see-all': ['admin'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof permissions;

/** Whether `role` holds `permission`. */
export function can(role: Role, permission: Permission): boolean {
  const holders: readonly Role[] = permissions[permission];
  return holders.includes(role);
}
