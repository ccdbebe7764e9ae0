import type { z } from 'zod';
import type { saveDraftInput } from '#shared/template-draft';

export type SentDraft = z.infer<typeof saveDraftInput>;
type TemplateId = SentDraft['templateId'];

/** How long after a change it is sent, ms, and how long at most while one change comes after the other. */
const restMs = 2_000;
const waitMs = 8_000;
/** After an attempt that has failed. */
const againMs = 10_000;

/** Where what is drawn is: nowhere yet but in this browser; at the server since `at`; here since the server cannot be reached, or will not have it. */
export type DraftState =
  { kept: 'not yet' } | { kept: 'server'; at: number } | { kept: 'away'; at: number } | { kept: 'refused'; at: number };

export interface DraftServer {
  save: (draft: SentDraft) => Promise<unknown>;
  drop: (templateId: TemplateId) => Promise<unknown>;
  /** Whether it would refuse it again. */
  refused: (error: unknown) => boolean;
}

/**
 * Brings what is drawn and not saved to the server, in the order in which it was drawn, one at a time and a few seconds after the last change. It
 * goes on trying while the server is away. Knows no React.
 */
export class DraftSender {
  readonly #server: DraftServer;
  readonly #told: (state: DraftState) => void;
  /** What is to be there; null: nothing. */
  #wanted: SentDraft | null = null;
  #since = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running: Promise<void> | null = null;
  /** Of which templates the server has a draft, as far as is known here. */
  readonly #there = new Set<TemplateId>();

  constructor(server: DraftServer, told: (state: DraftState) => void) {
    this.#server = server;
    this.#told = told;
  }

  /** The server has one of it, from before. */
  isThere(templateId: TemplateId): void {
    this.#there.add(templateId);
  }

  /** What is drawn now; null: nothing that is not saved. */
  want(draft: SentDraft | null): void {
    if (draft !== null && draft.document === this.#wanted?.document && draft.revision === this.#wanted.revision) return;
    const now = Date.now();
    if (this.#wanted === null || this.#timer === null) this.#since = now;
    this.#wanted = draft;
    if (draft === null) this.#told({ kept: 'not yet' });
    this.#schedule(draft === null ? 0 : Math.min(restMs, Math.max(0, this.#since + waitMs - now)));
  }

  /** It is tried again and again from now on. */
  open(): void {
    this.#closed = false;
  }

  /** The work is left: what is waiting is sent, once, since a later work on the same may come before another attempt. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  /** Does now what it would do soon: the network is back. */
  async flush(): Promise<void> {
    if (this.#timer === null) return;
    this.#stop();
    await this.#send();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(afterMs: number): void {
    this.#stop();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#send();
    }, afterMs);
  }

  async #send(): Promise<void> {
    // what is under way may be older: this comes behind it
    while (this.#running !== null) await this.#running;
    this.#running = this.#attempt(this.#wanted).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #attempt(draft: SentDraft | null): Promise<void> {
    try {
      for (const gone of [...this.#there].filter((one) => draft === null || one !== draft.templateId)) {
        await this.#server.drop(gone);
        this.#there.delete(gone);
      }
      if (draft === null) return;
      this.#there.add(draft.templateId);
      await this.#server.save(draft);
      if (this.#wanted !== null) this.#told({ kept: 'server', at: Date.now() });
    } catch (error) {
      const refused = this.#server.refused(error);
      if (this.#wanted !== null) this.#told({ kept: refused ? 'refused' : 'away', at: Date.now() });
      if (!refused && !this.#closed && this.#timer === null) this.#schedule(againMs);
    }
  }
}
