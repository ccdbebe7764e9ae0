import type { Logger } from '#server/lib/logger';
import type { Provider, SliceObservation } from '#server/providers/provider';
import { pause } from './waiting';

/** Observes a slice while a deployment works on it: however many steps end at once, one look tells of all of them. */
export class SliceObserver {
  private dirty = false;
  private looking: Promise<void> | null = null;
  private readonly ended = new AbortController();
  private readonly stopListening: () => void;
  private complained = false;

  constructor(
    private readonly options: {
      provider: Provider;
      sliceId: number;
      write: (observation: SliceObservation) => Promise<void>;
      gapMs: number;
      log: Logger;
    },
  ) {
    this.stopListening = options.provider.onChange((change) => {
      if (change.sliceId === options.sliceId) this.soon();
    });
  }

  soon(): void {
    this.dirty = true;
    if (this.looking === null && !this.ended.signal.aborted)
      this.looking = this.look().finally(() => {
        this.looking = null;
        if (this.dirty) this.soon();
      });
  }

  private async look(): Promise<void> {
    const { provider, sliceId, write, gapMs, log } = this.options;
    while (this.dirty && !this.ended.signal.aborted) {
      this.dirty = false;
      try {
        const observation = await provider.observe({ id: sliceId });
        if (!this.ended.signal.aborted) await write(observation);
      } catch (error) {
        if (!this.complained) log.warn('A slice could not be observed during a deployment.', { sliceId, error });
        this.complained = true;
      }
      await pause(gapMs, this.ended.signal);
    }
  }

  /** Ends the looking; resolves when nothing of it is under way. */
  async end(): Promise<void> {
    this.stopListening();
    this.ended.abort();
    this.dirty = false;
    await this.looking;
  }
}
