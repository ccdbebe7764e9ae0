import type { Pointed, Present } from '#shared/presence';
import { presenceLimits } from '#shared/presence';
import type { EventBus } from '#server/events/bus';

/** A page that has a template open. */
export interface OpenPage extends Present {
  templateId: number;
  /** When it last said where it points, ms: of two that are known of one page the later counts. */
  at: number;
}

/**
 * Who has which template open, at this server, and as of the last look at the others. In memory only: who is alone with a server writes nothing, and what is
 * lost with the process comes back with the streams.
 */
export class PresenceHub {
  readonly #pages = new Map<string, OpenPage>();
  /** Pages of other servers, by template. */
  #elsewhere: ReadonlyMap<number, readonly OpenPage[]> = new Map();
  readonly #heard = new Map<number, Set<() => void>>();

  /** Takes a page in, unless too many have the template open; what this answers lets it go. */
  enter(page: OpenPage): () => void {
    const { templateId } = page;
    if (this.#at(templateId).length >= presenceLimits.pagesPerTemplate) return () => undefined;
    this.#pages.set(page.page, page);
    this.#tell(templateId);
    return () => {
      if (!this.#pages.delete(page.page)) return;
      this.#tell(templateId);
    };
  }

  /** Where one's own page points from now on; false when it is not here. */
  point(userId: number, page: string, pointed: Pointed, at: number): boolean {
    const known = this.#pages.get(page);
    if (known === undefined || known.user.id !== userId) return false;
    if (at < known.at) return true;
    this.#pages.set(page, { ...known, pointed, at });
    this.#tell(known.templateId);
    return true;
  }

  /** Everybody at the template but one page. */
  others(templateId: number, but: string): Present[] {
    return [...this.#at(templateId), ...(this.#elsewhere.get(templateId) ?? [])]
      .filter(({ page }) => page !== but)
      .slice(0, presenceLimits.pagesPerTemplate)
      .map(({ page, user, pointed }) => ({ page, user, pointed }));
  }

  /** Hears of whatever changes at the template. Returns the way to stop listening. */
  listen(templateId: number, heard: () => void): () => void {
    const set = this.#heard.get(templateId) ?? new Set();
    this.#heard.set(templateId, set.add(heard));
    return () => {
      set.delete(heard);
      if (set.size === 0 && this.#heard.get(templateId) === set) this.#heard.delete(templateId);
    };
  }

  /** Pages of this server. */
  get pages(): readonly OpenPage[] {
    return [...this.#pages.values()];
  }

  /** What other servers have open, as of now. */
  setElsewhere(pages: readonly OpenPage[]): void {
    const next = new Map<number, OpenPage[]>();
    for (const page of pages) next.set(page.templateId, [...(next.get(page.templateId) ?? []), page]);
    const before = this.#elsewhere;
    this.#elsewhere = next;
    for (const templateId of new Set([...before.keys(), ...next.keys()]))
      if (JSON.stringify(before.get(templateId)) !== JSON.stringify(next.get(templateId))) this.#tell(templateId);
  }

  #at(templateId: number): OpenPage[] {
    return [...this.#pages.values()].filter((page) => page.templateId === templateId);
  }

  #tell(templateId: number): void {
    for (const heard of [...(this.#heard.get(templateId) ?? [])]) heard();
  }
}

const hubs = new WeakMap<EventBus, PresenceHub>();

/** The one of this server. */
export function presenceOf(bus: EventBus): PresenceHub {
  const hub = hubs.get(bus) ?? new PresenceHub();
  hubs.set(bus, hub);
  return hub;
}
