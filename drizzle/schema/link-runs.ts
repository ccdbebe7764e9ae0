import { boolean, index, int, json, mysqlEnum, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core';
import type { ChaosLimits } from '#shared/links/chaos';
import type { LinkStates, LinkStep, StepFate, TouchedLinks } from '#shared/links/run';
import { runKinds, runStatuses, type RunOutcome } from '#shared/links/schema';
import { id, instant, primaryId } from '../columns';
import { deployments } from './deployments';
import { slices } from './slices';

/**
 * What a run is about to make of its links, written down before the operation that does it is asked for: who follows a server that
 * died over it asks for the same one, by its key.
 */
export interface RunIntent {
  key: string;
  wanted: LinkStates;
  /** Of the steps that it is for. None: it puts back. */
  fates: StepFate[];
  /** What the run has touched once it has begun. */
  touched: TouchedLinks;
}

/** Of a slice whose links are changed by a plan: the run that goes on, or the last one. Times are the database's. */
export const sliceLinkRuns = mysqlTable(
  'slice_link_runs',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    kind: mysqlEnum('kind', runKinds).notNull(),
    status: mysqlEnum('status', runStatuses).notNull().default('running'),
    /** In the order in which they are due. */
    steps: json('steps').$type<LinkStep[]>().notNull(),
    /** How the first of them ended; those behind are still to come. */
    outcomes: json('outcomes').$type<RunOutcome[]>().notNull(),
    /** What the steps were planned by, where they are by chance. */
    chaos: json('chaos').$type<ChaosLimits>(),
    durationSeconds: int('duration_seconds', { unsigned: true }).notNull(),
    /** Whether it puts back at its end what it has changed. */
    restore: boolean('restore').notNull(),
    touched: json('touched').$type<TouchedLinks>().notNull(),
    intent: json('intent').$type<RunIntent>(),
    /** The operation by which the intent is done. */
    deploymentId: id('deployment_id').references(() => deployments.id, { onDelete: 'set null' }),
    /** How often putting back has failed. */
    attempts: int('attempts', { unsigned: true }).notNull().default(0),
    startedAt: instant('started_at').notNull(),
    /** When somebody has to look after it: something is due, or the claim of a server that has died is over. Null: it has ended. */
    nextAt: instant('next_at'),
    /** Counts the claims. What becomes of it is written by its last claimant only. */
    generation: int('generation', { unsigned: true }).notNull().default(0),
  },
  (table) => [
    uniqueIndex('slice_link_runs_slice_unique').on(table.sliceId),
    index('slice_link_runs_next_at_index').on(table.nextAt),
    index('slice_link_runs_deployment_id_index').on(table.deploymentId),
  ],
);
