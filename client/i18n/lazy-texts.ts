/** The texts that come with the pages that need them: one small chunk for each language and namespace. */
const english = {
  account: async () => (await import('./en/account')).account,
  audit: async () => (await import('./en/audit')).audit,
  catalogue: async () => (await import('./en/catalogue')).catalogue,
  change: async () => (await import('./en/change')).change,
  console: async () => (await import('./en/console')).console,
  editor: async () => (await import('./en/editor')).editor,
  events: async () => (await import('./en/events')).events,
  history: async () => (await import('./en/history')).history,
  notifications: async () => (await import('./en/notifications')).notifications,
  leases: async () => (await import('./en/leases')).leases,
  problems: async () => (await import('./en/problems')).problems,
  quota: async () => (await import('./en/quota')).quota,
  sharing: async () => (await import('./en/sharing')).sharing,
  slices: async () => (await import('./en/slices')).slices,
  templates: async () => (await import('./en/templates')).templates,
  tokens: async () => (await import('./en/tokens')).tokens,
  users: async () => (await import('./en/users')).users,
};

export type LazyNamespace = keyof typeof english;
export type LazyResources = { [Namespace in LazyNamespace]: Awaited<ReturnType<(typeof english)[Namespace]>> };
export type LazyLoaders = Record<LazyNamespace, () => Promise<object>>;

/** By language; those of another one than English come with the first text that is asked for in it. */
export const lazyTexts: Record<'en' | 'es', () => Promise<LazyLoaders>> = {
  en: () => Promise.resolve(english),
  es: async () => (await import('./es/lazy-texts')).spanish,
};
