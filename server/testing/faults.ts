import { setTimeout as delay } from 'node:timers/promises';
import { plain } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { aroundCalls } from '#server/providers/around-calls';
import type { Provider } from '#server/providers/provider';

/** What may become of one call of a provider. */
export const faultKinds = [
  /** It is not done, and a repeat helps. */
  'refused',
  /** It is not done, and a repeat does not help. */
  'denied',
  /** It is done, and the answer takes a while. */
  'late answer',
  /** It is done, and an error is told. */
  'lost answer',
  /** It is done, and nothing is told, ever. */
  'no answer',
  /** An error is told, and it is done all the same, later. */
  'late act',
  /** It is done twice. */
  'twice',
] as const;
/** The kind, and how many calls go well before it. */
export type Fault = readonly [after: number, kind: (typeof faultKinds)[number]];

const answerMs = 30;
const untold = new Set<PropertyKey>(['onChange', 'openConsole', 'openCapture', 'openCounters', 'configure', 'close']);
const silent = () => new ProviderError('UNAVAILABLE', plain('The zone did not answer.'), true);

/** A provider between which and the server things go wrong. */
export class FaultyLine {
  readonly #faults: Fault[] = [];
  readonly #late: (() => Promise<unknown>)[] = [];
  #calls = 0;
  /** What went wrong, in order. */
  readonly happened: string[] = [];

  /** From the next call on; takes the place of what was to come. */
  plan(faults: readonly Fault[]): void {
    this.#faults.splice(0, Number.POSITIVE_INFINITY, ...faults);
    this.#calls = 0;
  }

  /** Nothing goes wrong any more, and what is done late is done now. */
  async mend(): Promise<void> {
    this.plan([]);
    for (const act of this.#late.splice(0)) await act().catch(() => undefined);
  }

  get hasLate(): boolean {
    return this.#late.length > 0;
  }

  provider(provider: Provider): Provider {
    return aroundCalls(provider, (call, name) =>
      untold.has(name) ? call() : this.#call(String(name), () => call() as Promise<unknown>),
    );
  }

  async #call(name: string, act: () => Promise<unknown>): Promise<unknown> {
    const [next] = this.#faults;
    if (next === undefined || this.#calls++ < next[0]) return act();
    this.#faults.shift();
    this.#calls = 0;
    this.happened.push(`${name}: ${next[1]}`);
    switch (next[1]) {
      case 'refused':
        throw silent();
      case 'denied':
        throw new ProviderError('NO_CAPACITY', plain('The zone has no room.'), false);
      case 'late answer': {
        const answer = await act();
        await delay(answerMs);
        return answer;
      }
      case 'lost answer':
        await act();
        throw silent();
      case 'no answer':
        await act();
        return new Promise(() => {});
      case 'late act':
        this.#late.push(act);
        throw silent();
      case 'twice':
        await act();
        return act();
    }
  }
}
