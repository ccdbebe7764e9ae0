/** The texts that come with the pages that need them: one small chunk for each language and namespace. */
const english = {
  account: async () => (await import('./en/account')).account,
  audit: async () => (await import('./en/audit')).audit,
  capture: async () => (await import('./en/capture')).capture,
  catalogue: async () => (await import('./en/catalogue')).catalogue,
  change: async () => (await import('./en/change')).change,
  console: async () => (await import('./en/console')).console,
  editor: async () => (await import('./en/editor')).editor,
  events: async () => (await import('./en/events')).events,
  fields: async () => (await import('./en/fields')).fields,
  figures: async () => (await import('./en/figures')).figures,
  guide: async () => (await import('./en/guide')).guide,
  history: async () => (await import('./en/history')).history,
  notifications: async () => (await import('./en/notifications')).notifications,
  leases: async () => (await import('./en/leases')).leases,
  problems: async () => (await import('./en/problems')).problems,
  quota: async () => (await import('./en/quota')).quota,
  refusals: async () => (await import('./en/refusals')).refusals,
  reset: async () => (await import('./en/reset')).reset,
  sharing: async () => (await import('./en/sharing')).sharing,
  slices: async () => (await import('./en/slices')).slices,
  snapshots: async () => (await import('./en/snapshots')).snapshots,
  sshKeys: async () => (await import('./en/ssh-keys')).sshKeys,
  templates: async () => (await import('./en/templates')).templates,
  tokens: async () => (await import('./en/tokens')).tokens,
  users: async () => (await import('./en/users')).users,
  webhooks: async () => (await import('./en/webhooks')).webhooks,
};

export type LazyNamespace = keyof typeof english;
export type LazyResources = { [Namespace in LazyNamespace]: Awaited<ReturnType<(typeof english)[Namespace]>> };
type Loaders = Record<LazyNamespace, () => Promise<object>>;

const spanish: Loaders = {
  account: async () => (await import('./es/account')).account,
  audit: async () => (await import('./es/audit')).audit,
  capture: async () => (await import('./es/capture')).capture,
  catalogue: async () => (await import('./es/catalogue')).catalogue,
  change: async () => (await import('./es/change')).change,
  console: async () => (await import('./es/console')).console,
  editor: async () => (await import('./es/editor')).editor,
  events: async () => (await import('./es/events')).events,
  fields: async () => (await import('./es/fields')).fields,
  figures: async () => (await import('./es/figures')).figures,
  guide: async () => (await import('./es/guide')).guide,
  history: async () => (await import('./es/history')).history,
  notifications: async () => (await import('./es/notifications')).notifications,
  leases: async () => (await import('./es/leases')).leases,
  problems: async () => (await import('./es/problems')).problems,
  quota: async () => (await import('./es/quota')).quota,
  refusals: async () => (await import('./es/refusals')).refusals,
  reset: async () => (await import('./es/reset')).reset,
  sharing: async () => (await import('./es/sharing')).sharing,
  slices: async () => (await import('./es/slices')).slices,
  snapshots: async () => (await import('./es/snapshots')).snapshots,
  sshKeys: async () => (await import('./es/ssh-keys')).sshKeys,
  templates: async () => (await import('./es/templates')).templates,
  tokens: async () => (await import('./es/tokens')).tokens,
  users: async () => (await import('./es/users')).users,
  webhooks: async () => (await import('./es/webhooks')).webhooks,
};

export const lazyTexts: Record<'en' | 'es', Loaders> = { en: english, es: spanish };
