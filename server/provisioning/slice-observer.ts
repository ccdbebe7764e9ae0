import type { Logger } from '#server/lib/logger';
import type { Provider, SliceObservation } from '#server/providers/provider';
import { pause, unless } from '#server/lib/waiting';

/** A look that nobody wants any more. */
class Rest extends Error {}

/** Observes a slice while a deployment works on it: however many steps end at once, one look tells of all of them. */
export class SliceObserver {
  private dirty = false;
  private looking: Promise<void> | null = null;
  private resting = new AbortController();
  private readonly stopListening: () => void;
  private complained = false;

  constructor(
    private readonly options: {
      provider: Provider;
      sliceId: number;
      write: (observation: SliceObservation) => Promise<void>;
      gapMs: number;
      settleMs: number;
      log: Logger;
    },
  ) {
    this.stopListening = options.provider.onChange((change) => {
      if (change.sliceId === options.sliceId) this.soon();
    });
  }

  soon(): void {
    this.dirty = true;
    if (this.looking === null && !this.resting.signal.aborted)
      this.looking = this.look(this.resting.signal).finally(() => {
        this.looking = null;
        if (this.dirty) this.soon();
      });
  }

  private async look(resting: AbortSignal): Promise<void> {
    const { provider, sliceId, write, gapMs, settleMs, log } = this.options;
    await pause(settleMs, resting);
    while (this.dirty && !resting.aborted) {
      this.dirty = false;
      try {
        const observation = await unless(resting, provider.observe({ id: sliceId }), () => new Rest());
        await write(observation);
      } catch (error) {
        if (error instanceof Rest) return;
        if (!this.complained) log.warn('A slice could not be observed during a deployment.', { sliceId, error });
        this.complained = true;
      }
      await pause(gapMs, resting);
    }
  }

  /** Looks no more until {@link resume}; resolves when nothing of it is under way, so that whoever looks now looks last. */
  async rest(): Promise<void> {
    this.resting.abort();
    await this.looking;
  }

  resume(): void {
    if (!this.resting.signal.aborted) return;
    this.resting = new AbortController();
    if (this.dirty) this.soon();
  }

  /** Ends the looking for good. */
  async end(): Promise<void> {
    this.stopListening();
    await this.rest();
    this.dirty = false;
  }
}
