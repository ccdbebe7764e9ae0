import { z } from 'zod';
import { drawingLimits } from './limits';

const milliseconds = z.number().min(0).max(drawingLimits.linkDelayMs);
const percent = z.number().min(0).max(100);

const qualityFields = {
  /** How long each frame takes. */
  delayMs: milliseconds.optional(),
  /** By how much that varies, either way and evenly; it changes no order. */
  jitterMs: milliseconds.optional(),
  lossPercent: percent.optional(),
  duplicatePercent: percent.optional(),
  /** Of these frames one bit is another one. */
  corruptPercent: percent.optional(),
  /** These frames take no delay, and so pass those before them. */
  reorderPercent: percent.optional(),
  rateKbps: z.number().int().min(1).max(drawingLimits.linkRateKbps).optional(),
  /** Frames that wait for their turn at the rate; one that comes when so many wait is dropped. */
  queuePackets: z.number().int().min(1).max(drawingLimits.linkQueuePackets).optional(),
};

/** What a link does to frames in one direction. What is not said, it does not do. */
export type LinkQuality = z.infer<z.ZodObject<typeof qualityFields>>;
export const linkQualityFields = Object.keys(qualityFields) as readonly (keyof LinkQuality)[];

/** What only makes sense beside something else. */
function together({ value, issues }: z.core.ParsePayload<LinkQuality>): void {
  const { delayMs = 0, jitterMs = 0, reorderPercent = 0, rateKbps, queuePackets } = value;
  const report = (field: keyof LinkQuality, message: string) =>
    issues.push({ code: 'custom', message, path: [field], input: value[field] });
  if (jitterMs > Math.max(0, delayMs)) report('jitterMs', 'A delay varies by at most as much as it is.');
  if (reorderPercent > 0 && delayMs === 0) report('reorderPercent', 'Frames can only pass others that are delayed.');
  if (queuePackets !== undefined && rateKbps === undefined)
    report('queuePackets', 'Frames only wait for their turn where there is a rate.');
}

/** One direction by itself. */
export const linkQualitySchema = z.strictObject(qualityFields).check(together);

/** Both directions of a link; `back`, from target to source, where that is not the same: all of what it does then. */
export const linkSchema = z.strictObject({ ...qualityFields, back: linkQualitySchema.optional() }).check(together);
export type Link = z.infer<typeof linkSchema>;

/** What a link does to frames from its source to its target, and to those that come back. */
export function directionsOf({ back, ...forth }: Link): { forth: LinkQuality; back: LinkQuality } {
  return { forth, back: back ?? forth };
}

/** Whether it does anything to any frame. */
export function bends(link: Link | undefined): link is Link {
  if (link === undefined) return false;
  const { forth, back } = directionsOf(link);
  return [forth, back].some((quality) => Object.values(quality).some((value) => value > 0));
}

/** Links as they are known, to begin with. */
export const linkPresets = {
  dsl: { delayMs: 12, jitterMs: 2, rateKbps: 50_000, back: { delayMs: 12, jitterMs: 2, rateKbps: 10_000 } },
  mobile: {
    ...{ delayMs: 25, jitterMs: 10, lossPercent: 0.2, rateKbps: 30_000 },
    back: { delayMs: 25, jitterMs: 10, lossPercent: 0.2, rateKbps: 8_000 },
  },
  satellite: {
    ...{ delayMs: 300, jitterMs: 10, lossPercent: 0.5, rateKbps: 50_000 },
    back: { delayMs: 300, jitterMs: 10, lossPercent: 0.5, rateKbps: 5_000 },
  },
  lossyWifi: { delayMs: 5, jitterMs: 4, lossPercent: 5, reorderPercent: 1, rateKbps: 20_000 },
} as const satisfies Record<string, Link>;
