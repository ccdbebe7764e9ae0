import type { LazyLoaders } from '../lazy-texts';

/** As in `lazy-texts.ts`: a file of its own, which who reads English never loads. */
export const spanish: LazyLoaders = {
  account: async () => (await import('./account')).account,
  audit: async () => (await import('./audit')).audit,
  catalogue: async () => (await import('./catalogue')).catalogue,
  change: async () => (await import('./change')).change,
  console: async () => (await import('./console')).console,
  editor: async () => (await import('./editor')).editor,
  events: async () => (await import('./events')).events,
  history: async () => (await import('./history')).history,
  notifications: async () => (await import('./notifications')).notifications,
  leases: async () => (await import('./leases')).leases,
  problems: async () => (await import('./problems')).problems,
  quota: async () => (await import('./quota')).quota,
  sharing: async () => (await import('./sharing')).sharing,
  slices: async () => (await import('./slices')).slices,
  templates: async () => (await import('./templates')).templates,
  tokens: async () => (await import('./tokens')).tokens,
  users: async () => (await import('./users')).users,
};
