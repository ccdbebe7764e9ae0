import type { Provider } from './provider';

/**
 * The same provider, each call of which is led through `around`: `call` makes it, on the provider itself, since nothing else has
 * its private members.
 */
export function aroundCalls(
  provider: Provider,
  around: (call: () => unknown, name: PropertyKey, args: readonly unknown[]) => unknown,
): Provider {
  return new Proxy(provider, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => around(() => Reflect.apply(value, target, args) as unknown, name, args);
    },
  });
}
