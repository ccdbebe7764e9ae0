import { z } from 'zod';
import { idSchema, timestampSchema } from './primitives';

/** How often what VMs use is measured, and how many measurements are kept: those of an hour. */
export const figuresEverySeconds = 15;
export const figuresKept = 240;
/** Of how many VMs one answer has the series. */
export const mostVmsOfFigures = 100;

/** What is measured of a VM, from the host: none of it is the guest's word. */
export const figureKinds = ['cpu', 'memory', 'disk', 'traffic'] as const;
export type FigureKind = (typeof figureKinds)[number];

const figureSchema = z.number().nonnegative().nullable();

/** One figure over the last hour. */
export const seriesSchema = z.object({
  /** The oldest first, the last one at `at`; null where nothing was measured: it did not run, or this server neither. */
  points: z.array(figureSchema),
  /** Of the last measurement, of all that are kept, and the highest of them: not of what `points` makes of several. */
  now: figureSchema,
  mean: figureSchema,
  peak: figureSchema,
});
export type Series = z.infer<typeof seriesSchema>;

/** When the series are of: from the first point to the last it is `stepSeconds` from each to the next. */
const measured = {
  at: timestampSchema,
  /** Since when this server measures; null where it has not yet. */
  since: timestampSchema.nullable(),
  stepSeconds: z.number().int().positive(),
};

export const vmFiguresSchema = z.object({
  vmId: idSchema,
  /** Percent of one of the host's processors. */
  cpu: seriesSchema,
  /** MiB of the host's memory. */
  memory: seriesSchema,
  /** Bytes in a second, read and written on its disks; null all along for who has none. */
  disk: seriesSchema,
  /** Bytes in a second, in and out of its NICs; null while it was not counted. */
  traffic: seriesSchema,
});
export type VmFigures = z.infer<typeof vmFiguresSchema>;

const pointsSchema = z
  .number()
  .int()
  .min(12)
  .max(figuresKept)
  .default(60)
  .describe('how many points each series has at most; 240 are all');

export const sliceFiguresInput = z.strictObject({
  id: idSchema,
  /** Of these VMs; else of those that use the processor most, as many as an answer takes. */
  vmIds: z.array(idSchema).min(1).max(mostVmsOfFigures).optional(),
  points: pointsSchema,
});

export const sliceFiguresSchema = z.object({
  ...measured,
  /** Of how many VMs of the slice there are figures. */
  measured: z.number().int().nonnegative(),
  /** Those that use the processor most come first. */
  vms: z.array(vmFiguresSchema),
});
export type SliceFigures = z.infer<typeof sliceFiguresSchema>;

export const zoneFiguresInput = z.strictObject({ id: idSchema, points: pointsSchema });

/** Sums of all VMs of a zone, as {@link vmFiguresSchema} has them of one. */
export const zoneFiguresSchema = z.object({
  ...measured,
  cpu: seriesSchema,
  memory: seriesSchema,
  /** How many VMs ran. */
  vms: seriesSchema,
  /** The machine that they are on, with all else that runs there; null where that is not one machine, or says nothing. */
  machine: z
    .object({
      processors: z.number().int().positive(),
      /** MiB of memory that it has. */
      totalMemoryMb: z.number().positive(),
      /** Percent of one of its processors. */
      cpu: seriesSchema,
      /** MiB in use. */
      memory: seriesSchema,
    })
    .nullable(),
  /** VMs that use the processor most now; null for who may not see everybody's slices. */
  top: z
    .array(
      z.object({
        vm: z.object({ id: idSchema, name: z.string() }),
        slice: z.object({ id: idSchema, name: z.string() }),
        cpu: z.number().nonnegative(),
        memory: z.number().nonnegative(),
      }),
    )
    .nullable(),
});
export type ZoneFigures = z.infer<typeof zoneFiguresSchema>;
