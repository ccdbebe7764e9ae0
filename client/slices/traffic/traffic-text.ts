import { allDrops } from '#shared/capture/talkers';
import type { LinkTraffic } from '#shared/capture/traffic';
import { inUnits } from '../../figures/figure-text';

/** Bits in a second, for the canvas: `14.2 kbit/s`. */
export function rateText({ bitsPerSecond }: Pick<LinkTraffic, 'bitsPerSecond'>, language: string): string {
  const [divisor, unit] = bitsPerSecond >= 1e6 ? [1e6, 'Mbit/s'] : [1e3, 'kbit/s'];
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(bitsPerSecond / divisor);
  return `${number} ${unit}`;
}

/** Bytes in all: `48.2 MB`. */
export function bytesText(bytes: number, language: string): string {
  return inUnits(bytes, ['B', 'kB', 'MB', 'GB', 'TB'], language);
}

/** All figures of a link, as its hint says them; `drops` only where somebody can tell. */
export function trafficHint({ framesPerSecond, frames, bytes, drops }: LinkTraffic, language: string) {
  const number = (value: number) => new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
  const lost = allDrops(drops);
  return {
    ...{ rate: number(framesPerSecond), frames: number(frames), bytes: number(bytes) },
    drops: lost === null ? null : number(lost),
  };
}
