import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { z } from 'zod';
import { sliceInternetSchema } from '#shared/internet';
import { idInput } from '#shared/primitives';
import { sliceScreensInput, sliceScreensSchema } from '#shared/screens';
import { sliceFiguresInput, sliceFiguresSchema } from '#shared/figures';
import { execInput, guestRunSchema, vmStatusInput, vmStatusSchema } from '#shared/guest';
import { planSchema } from '#shared/deployment/schema';
import {
  consoleTicketSchema,
  chooseZoneInput,
  clonePlanSchema,
  cloneSliceInput,
  createSliceInput,
  eventPage,
  freeSliceNameInput,
  freeSliceNameOutput,
  listEventsInput,
  listSlicesInput,
  openConsoleInput,
  previewCloneInput,
  previewSliceInput,
  renameSliceInput,
  saveAsTemplateInput,
  setHealInput,
  setRestartInput,
  sliceChangesInput,
  slicePage,
  sliceSchema,
  sliceTopologySchema,
  zoneChoiceSchema,
  type sliceNoticeSchema,
} from '#shared/slice';
import { templateSchema } from '#shared/template';
import { shareListSchema, shareSliceInput, unshareInput } from '#shared/sharing';
import { previewDeployment } from '#server/domain/deployments/plan';
import { sliceFigures } from '#server/domain/figures/read-figures';
import { sliceInternet } from '#server/domain/internet/limits';
import { vmStatus } from '#server/domain/guests/status';
import { execInVm } from '#server/domain/guests/exec';
import { chooseZone } from '#server/domain/zones/choose-zone';
import { cloneSlice, previewClone } from '#server/domain/slices/clone';
import { sliceChanges, type SliceChange } from '#server/domain/slices/changes';
import { openConsole } from '#server/domain/slices/consoles';
import {
  freeSliceName,
  getSlice,
  getSliceTopology,
  listSliceEvents,
  listSlices,
} from '#server/domain/slices/read-slices';
import { sliceScreens } from '#server/domain/screens/screens';
import { saveAsTemplate } from '#server/domain/slices/save-as-template';
import { listSliceShares, shareSlice, unshareSlice } from '#server/domain/slices/shares';
import { setHeal } from '#server/domain/heal/heal';
import { createSlice, renameSlice, setRestart } from '#server/domain/slices/write-slices';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';
import { whileSignedIn } from '../while-signed-in';

export const slicesRouter = router({
  list: userProcedure('slices:read')
    .input(listSlicesInput)
    .output(answer(slicePage))
    .query(({ ctx, input }) => listSlices(ctx.domain, { actor: ctx.actor, query: input })),
  get: userProcedure('slices:read')
    .input(idInput)
    .output(answer(sliceSchema))
    .query(({ ctx, input }) => getSlice(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** Its own topology, to be drawn from: what `deployments.plan` and `start` take as an update's `change`, with its version. */
  topology: userProcedure('slices:read')
    .input(idInput)
    .output(answer(sliceTopologySchema))
    .query(({ ctx, input }) => getSliceTopology(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** What it may have of the internet, and what of it was used in this month. */
  internet: userProcedure('slices:read')
    .input(idInput)
    .output(answer(sliceInternetSchema))
    .query(({ ctx, input }) => sliceInternet(ctx.domain, { actor: ctx.actor, id: input.id })),
  preview: userProcedure('slices:read')
    .input(previewSliceInput)
    .output(answer(planSchema))
    .query(({ ctx, input }) => previewDeployment(ctx.domain, { actor: ctx.actor, ...input })),
  /** Which zone a slice of the template would best be in, and why; what keeps it from the others. */
  chooseZone: userProcedure('slices:read')
    .input(chooseZoneInput)
    .output(answer(zoneChoiceSchema))
    .query(({ ctx, input }) => chooseZone(ctx.domain, { actor: ctx.actor, of: input })),
  /** A name that the caller has no live slice of: the one that is asked for, or one like it. */
  freeName: userProcedure('slices:read')
    .input(freeSliceNameInput)
    .output(answer(freeSliceNameOutput))
    .query(({ ctx, input }) => freeSliceName(ctx.domain, { actor: ctx.actor, ...input })),
  create: userProcedure('slices:manage')
    .input(createSliceInput)
    .output(answer(sliceSchema))
    .mutation(({ ctx, input }) => createSlice(ctx.domain, { actor: ctx.actor, slice: input })),
  /** A slice of the caller's own, with the topology that another one has now; with the disks of a snapshot of it, for who manages it. */
  clone: userProcedure('slices:manage')
    .input(cloneSliceInput)
    .output(answer(sliceSchema))
    .mutation(({ ctx, input }) => cloneSlice(ctx.domain, { actor: ctx.actor, clone: input })),
  previewClone: userProcedure('slices:read')
    .input(previewCloneInput)
    .output(answer(clonePlanSchema))
    .query(({ ctx, input }) => previewClone(ctx.domain, { actor: ctx.actor, ...input })),
  /** A template of the caller's own, of the topology that the slice has now. */
  saveAsTemplate: userProcedure('templates:manage')
    .input(saveAsTemplateInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => saveAsTemplate(ctx.domain, { actor: ctx.actor, template: input })),
  rename: userProcedure('slices:manage')
    .input(renameSliceInput)
    .output(answer(sliceSchema))
    .mutation(({ ctx, input }) => renameSlice(ctx.domain, { actor: ctx.actor, slice: input })),
  /** Whether its VMs come back by themselves after a restart of their machine. */
  setHeal: userProcedure('slices:manage')
    .input(setHealInput)
    .output(answer(sliceSchema))
    .mutation(({ ctx, input }) => setHeal(ctx.domain, { actor: ctx.actor, slice: input })),
  setRestart: userProcedure('slices:manage')
    .input(setRestartInput)
    .output(answer(sliceSchema))
    .mutation(({ ctx, input }) => setRestart(ctx.domain, { actor: ctx.actor, slice: input })),
  /** The slice's history, newest first. */
  events: userProcedure('slices:read')
    .input(listEventsInput)
    .output(answer(eventPage))
    .query(({ ctx, input }) => listSliceEvents(ctx.domain, { actor: ctx.actor, query: input })),
  /** One notice for each change of a slice that the caller may see. Resumes by the last event id. */
  changes: userProcedure('slices:read')
    .input(sliceChangesInput)
    // its answer begins when it is fixed what is new, so that who reads the slices after that misses nothing
    .subscription(async ({ ctx, input, signal }) => {
      const follow = await sliceChanges(ctx.domain, { actor: ctx.actor, afterId: eventIdOf(input.lastEventId) });
      return whileSignedIn(ctx.domain, ctx.actor, signal, (ended) => trackedChanges(follow(ended)));
    }),
  /** What its VMs have used of their host in the last hour. */
  figures: userProcedure('slices:read')
    .input(sliceFiguresInput)
    .output(answer(sliceFiguresSchema))
    .query(({ ctx, input }) => sliceFigures(ctx.domain, { actor: ctx.actor, query: input })),
  /** What the guest of a VM says of itself, asked now: addresses, uptime, load, memory, disk. Where nobody in it answers, why. */
  vmStatus: userProcedure('slices:read')
    .input(vmStatusInput)
    .output(answer(vmStatusSchema))
    .query(({ ctx, input }) => vmStatus(ctx.domain, { actor: ctx.actor, ...input })),
  /** Runs a command line in the guest of a VM, for who may use its console: what it printed, and its exit code. */
  exec: userProcedure('slices:operate')
    .input(execInput)
    .output(answer(guestRunSchema))
    .mutation(({ ctx, input }) => execInVm(ctx.domain, { actor: ctx.actor, ...input })),
  /** What its VMs show now, small: for who may look at their consoles. */
  screens: userProcedure('slices:operate')
    .input(sliceScreensInput)
    .output(answer(sliceScreensSchema))
    .query(({ ctx, input }) => sliceScreens(ctx.domain, { actor: ctx.actor, query: input })),
  openConsole: userProcedure('slices:operate')
    .input(openConsoleInput)
    .output(answer(consoleTicketSchema))
    .mutation(({ ctx, input }) => openConsole(ctx.domain, { actor: ctx.actor, console: input })),
  /** With whom the owner shares it, for what. */
  shares: userProcedure('slices:read')
    .input(idInput)
    .output(answer(shareListSchema))
    .query(({ ctx, input }) => listSliceShares(ctx.domain, { actor: ctx.actor, id: input.id })),
  share: userProcedure('slices:manage')
    .input(shareSliceInput)
    .output(answer(shareListSchema))
    .mutation(({ ctx, input }) => shareSlice(ctx.domain, { actor: ctx.actor, share: input })),
  /** Also to leave what somebody shares with the caller. */
  unshare: userProcedure('slices:manage')
    .input(unshareInput)
    .output(answer(shareListSchema))
    .mutation(({ ctx, input }) => unshareSlice(ctx.domain, { actor: ctx.actor, share: input })),
});

type Notice = TrackedEnvelope<z.infer<typeof sliceNoticeSchema>>;

async function* trackedChanges(changes: AsyncIterable<SliceChange>): AsyncGenerator<Notice, void> {
  for await (const { eventId, sliceId, status } of changes) yield tracked(String(eventId), { sliceId, status });
}

/** The id in a `lastEventId`; null, which begins from now, for what we did not send. */
function eventIdOf(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}
