import { directionsOf, linkSchema, type LinkQuality } from '#shared/topology/link';
import type { TopologyEdge } from '#shared/topology/schema';

const number = (value: number) => String(Math.round(value * 100) / 100);

/** A rate as one says it: `2 Mbit/s`. */
export function rateText(kbps: number): string {
  if (kbps >= 1_000_000) return `${number(kbps / 1_000_000)} Gbit/s`;
  return kbps >= 1_000 ? `${number(kbps / 1_000)} Mbit/s` : `${kbps} kbit/s`;
}

/** What stands at a link that is taken down. */
const crossed = '✕';

/**
 * What a link does, as short as it can be said: `20 ms · −1 % · 2 Mbit/s`, both ways as `12/10 Mbit/s`. Duplicates, corruption and reordering are a `≈`, a link
 * that is taken down a cross. Undefined where it is as any cable.
 */
export function linkText({ link, down }: Pick<TopologyEdge, 'link' | 'down'>): string | undefined {
  const { forth, back } = directionsOf(link ?? {});
  const both = (field: keyof LinkQuality, text: (value: number) => string, before = '') => {
    const [there, here] = [forth[field] ?? 0, back[field] ?? 0];
    if (there === 0 && here === 0) return [];
    const each = [there, here].map((value) => (value === 0 ? '–' : text(value)));
    return [before + (there === here ? text(there) : each.join(' / '))];
  };
  const alters = (['duplicatePercent', 'corruptPercent', 'reorderPercent'] as const).some(
    (field) => (forth[field] ?? 0) > 0 || (back[field] ?? 0) > 0,
  );
  const parts = [
    ...(down === true ? [crossed] : []),
    ...both('delayMs', (ms) => `${number(ms)} ms`),
    ...both('lossPercent', (percent) => `${number(percent)} %`, '−'),
    ...both('rateKbps', rateText),
    ...(alters ? ['≈'] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** A value of an edge's `link` or `down`, in a sentence that says what it was and what it becomes; undefined for other properties. */
export function linkValueText(property: string, value: unknown): string | undefined {
  if (property === 'down') return value === true ? crossed : '✓';
  if (property !== 'link') return undefined;
  const link = linkSchema.safeParse(value ?? {});
  return link.success ? (linkText({ link: link.data }) ?? '–') : undefined;
}
