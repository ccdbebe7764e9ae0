/**
 * What accounts are told of, and webhooks are called for. `ofSlice`: it happens to a slice, so that a webhook over all slices
 * is called for it, too. `webhook`: one can be called for it at all. `tone`: how it is
 * shown.
 */
export const notificationKinds = {
  'deployment.succeeded': { ofSlice: true, webhook: true, tone: 'success' },
  'deployment.failed': { ofSlice: true, webhook: true, tone: 'danger' },
  'deployment.cancelled': { ofSlice: true, webhook: true, tone: 'neutral' },
  /** By itself: a VM or a link of a running slice is not as it should be. */
  'slice.degraded': { ofSlice: true, webhook: true, tone: 'danger' },
  'lease.expiring': { ofSlice: true, webhook: true, tone: 'warning' },
  'lease.expired': { ofSlice: true, webhook: true, tone: 'warning' },
  /** There was room for what waited in line; or it cannot be let in any more. */
  'line.admitted': { ofSlice: true, webhook: true, tone: 'success' },
  'line.dropped': { ofSlice: true, webhook: true, tone: 'warning' },
  /** Nothing happens in it: it is suspended or stopped, or that is suggested. */
  'slice.idle': { ofSlice: true, webhook: true, tone: 'warning' },
  /** Most of what it may have of the internet in this month is used, or all. */
  'slice.internet': { ofSlice: true, webhook: true, tone: 'warning' },
  /** The owner of another slice asks to join a network, or has answered, or has ended that. */
  'slice.network': { ofSlice: true, webhook: true, tone: 'neutral' },
  'slice.shared': { ofSlice: false, webhook: true, tone: 'neutral' },
  'template.shared': { ofSlice: false, webhook: true, tone: 'neutral' },
  'image.ready': { ofSlice: false, webhook: true, tone: 'success' },
  'image.broken': { ofSlice: false, webhook: true, tone: 'danger' },
  /** A call was given up. */
  'webhook.failing': { ofSlice: false, webhook: false, tone: 'warning' },
  /** It was switched off, since it had failed for too long. */
  'webhook.disabled': { ofSlice: false, webhook: false, tone: 'danger' },
} as const satisfies Record<
  string,
  { ofSlice: boolean; webhook: boolean; tone: 'success' | 'danger' | 'warning' | 'neutral' }
>;
export type NotificationKind = keyof typeof notificationKinds;
export const notificationKindNames = Object.keys(notificationKinds) as [NotificationKind, ...NotificationKind[]];

/** So many are counted; what is more is told as this. */
export const unreadCounted = 100;
