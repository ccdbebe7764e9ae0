/** The texts that come with the pages that need them: one small chunk for each language and namespace. */
const english = {
  account: async () => (await import('./en/account')).account,
  addresses: async () => (await import('./en/addresses')).addresses,
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
  networks: async () => (await import('./en/networks')).networks,
  notifications: async () => (await import('./en/notifications')).notifications,
  leases: async () => (await import('./en/leases')).leases,
  links: async () => (await import('./en/links')).links,
  problems: async () => (await import('./en/problems')).problems,
  quota: async () => (await import('./en/quota')).quota,
  refusals: async () => (await import('./en/refusals')).refusals,
  reset: async () => (await import('./en/reset')).reset,
  sharing: async () => (await import('./en/sharing')).sharing,
  revisions: async () => (await import('./en/revisions')).revisions,
  slices: async () => (await import('./en/slices')).slices,
  snapshots: async () => (await import('./en/snapshots')).snapshots,
  sshKeys: async () => (await import('./en/ssh-keys')).sshKeys,
  templates: async () => (await import('./en/templates')).templates,
  tokens: async () => (await import('./en/tokens')).tokens,
  users: async () => (await import('./en/users')).users,
  webhooks: async () => (await import('./en/webhooks')).webhooks,
  yaml: async () => (await import('./en/yaml')).yaml,
};

export type LazyNamespace = keyof typeof english;
export type LazyResources = { [Namespace in LazyNamespace]: Awaited<ReturnType<(typeof english)[Namespace]>> };
export type TextLoaders = Record<LazyNamespace, () => Promise<object>>;

/**
 * What brings each of the texts that are not in the first load. What leads to Spanish ones is away as they are: the first load would have a name of each.
 */
export async function textLoaders(language: 'en' | 'es'): Promise<TextLoaders> {
  return language === 'en' ? english : (await import('./es/lazy')).spanish;
}
