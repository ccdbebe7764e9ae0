import type { Database } from '#server/db/client';
import { executorOf } from '#server/db/prepared';
import { aroundCalls } from '#server/providers/around-calls';
import type { Provider } from '#server/providers/provider';
import { createLeaseOwner, type LeaseOwner } from './owner';

/** What a dead server gets of whatever it waits for. */
export const never = new Promise<never>(() => {});
/** What a provider has beside acts: calls that change nothing of what is there. */
const looks = new Set<PropertyKey>([
  'configure',
  'describe',
  'imageState',
  'observe',
  'observeMany',
  'listSlices',
  'openConsole',
  'onChange',
  'close',
]);
/** Whether a call of a provider changes something. */
export const isAct = (name: PropertyKey) => !looks.has(name);

/** A server that dies, as by SIGKILL, at its n-th act or commit: from then on nothing it does goes any further. */
export class Life {
  dead = false;
  acts = 0;
  constructor(
    private at = Number.POSITIVE_INFINITY,
    private readonly when: 'before' | 'after' = 'before',
    /** What more there is to its death. */
    private readonly die = () => {},
  ) {}

  dieAfter(more: number): void {
    this.at = this.acts + more;
  }

  async through<Value>(act: () => Promise<Value>): Promise<Value> {
    if (this.dead) return never;
    const last = ++this.acts === this.at;
    if (last && this.when === 'before') this.#end();
    if (this.dead) return never;
    const value = await act();
    if (last) this.#end();
    return this.dead ? never : value;
  }

  #end(): void {
    this.dead = true;
    this.die();
  }

  provider(provider: Provider): Provider {
    return aroundCalls(provider, (call, name) => {
      if (isAct(name)) return this.through(() => call() as Promise<unknown>);
      return this.dead && name !== 'onChange' ? never : call();
    });
  }

  database(db: Database): Database {
    // whatever is asked of a dead server's connection has no answer
    const silent: unknown = new Proxy(() => {}, {
      get: (_, name) => (name === 'then' ? () => {} : silent),
      apply: () => silent,
    });
    return new Proxy(db, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (name === executorOf) return this.dead ? { execute: () => never } : value;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === 'transaction') return this.through(() => Reflect.apply(value, target, args) as Promise<unknown>);
          return this.dead ? silent : (Reflect.apply(value, target, args) as unknown);
        };
      },
    });
  }
}

/** Knows at once that the other one is dead, as a restart on the same machine does. */
export function heir(of: LeaseOwner): LeaseOwner {
  const owner = createLeaseOwner();
  return { name: owner.name, retire: owner.retire, isDead: (other) => other === of.name };
}
