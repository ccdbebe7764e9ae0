/**
 * What accounts are told of, and webhooks are called for. `ofSlice`: it happens to a slice, so that a webhook over all slices
 * is called for it, too. `tone`: how it is shown.
 */
export const notificationKinds = {
  'deployment.succeeded': { ofSlice: true, tone: 'success' },
  'deployment.failed': { ofSlice: true, tone: 'danger' },
  'deployment.cancelled': { ofSlice: true, tone: 'neutral' },
  /** By itself: a VM or a link of a running slice is not as it should be. */
  'slice.degraded': { ofSlice: true, tone: 'danger' },
  'lease.expiring': { ofSlice: true, tone: 'warning' },
  'lease.expired': { ofSlice: true, tone: 'warning' },
  'slice.shared': { ofSlice: false, tone: 'neutral' },
  'template.shared': { ofSlice: false, tone: 'neutral' },
  'image.ready': { ofSlice: false, tone: 'success' },
  'image.broken': { ofSlice: false, tone: 'danger' },
} as const satisfies Record<string, { ofSlice: boolean; tone: 'success' | 'danger' | 'warning' | 'neutral' }>;
export type NotificationKind = keyof typeof notificationKinds;
export const notificationKindNames = Object.keys(notificationKinds) as [NotificationKind, ...NotificationKind[]];

/** So many are counted; what is more is told as this. */
export const unreadCounted = 100;
