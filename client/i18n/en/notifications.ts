import { notificationTexts } from '#shared/notification-texts';

/** Notifications: their sentences are shared with what has no language to choose, these are of bell and page. */
export const notifications = {
  ...notificationTexts,
  title: 'Notifications',
  description: 'What ended, failed, runs out or was shared with you. The newest 500 are kept, for 90 days.',
  none: 'Notifications, none unread',
  unread_one: 'Notifications, {{count}} unread',
  unread_other: 'Notifications, {{count}} unread',
  many: '{{count}}+',
  manyUnread: 'Notifications, more than {{count}} unread',
  all: 'Show all',
  readAll: 'Mark all as read',
  read: 'Mark as read',
  isNew: 'Unread',
  onlyUnread: 'Only unread ones',
  filter: 'Filters',
  choose: 'What to be told of',
  chooseHelp: 'What is switched off does not come here any more. What is here stays.',
  empty: { title: 'Nothing to tell', text: 'What ended, failed or was shared with you shows here.' },
  kind: {
    deployment: {
      succeeded: 'An operation is done',
      failed: 'An operation failed',
      cancelled: 'An operation was cancelled',
    },
    slice: {
      degraded: 'A slice is degraded',
      idle: 'Nothing happens in a slice',
      internet: 'A slice runs out of internet',
      network: 'Networks are to be joined across slices, or are so no longer',
      shared: 'A slice is shared with you',
    },
    template: { shared: 'A template is shared with you' },
    lease: { expiring: 'A lease ends soon', expired: 'A lease has ended' },
    line: { admitted: 'There is room for a slice that waited', dropped: 'A slice cannot wait in line any more' },
    image: { ready: 'An image is ready', broken: 'An image is not good' },
    webhook: { failing: 'A call of a webhook was given up', disabled: 'A webhook was switched off' },
  },
} as const;
