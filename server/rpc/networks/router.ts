import {
  answerJoinInput,
  joinNetworkInput,
  listPublishedInput,
  networksOfInput,
  publishedNetworksSchema,
  publishNetworkInput,
  sliceNetworksSchema,
} from '#shared/networks/schema';
import { idInput } from '#shared/primitives';
import { answerJoin, joinNetwork, leaveNetwork } from '#server/domain/networks/joins';
import { publishNetwork, withdrawNetwork } from '#server/domain/networks/publish';
import { listPublishedNetworks, sliceNetworksOf } from '#server/domain/networks/read-networks';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

/** Networks that other slices of their zone join, by consent of both owners. */
export const networksRouter = router({
  /** Networks that are published, whosever they are. */
  list: userProcedure('slices:read')
    .input(listPublishedInput)
    .output(answer(publishedNetworksSchema))
    .query(({ ctx, input }) => listPublishedNetworks(ctx.domain, { actor: ctx.actor, query: input })),
  /** What the slice with this id has published, and what it joins. */
  get: userProcedure('slices:read')
    .input(networksOfInput)
    .output(answer(sliceNetworksSchema))
    .query(({ ctx, input }) => sliceNetworksOf(ctx.domain, { actor: ctx.actor, id: input.id })),
  publish: userProcedure('slices:manage')
    .input(publishNetworkInput)
    .output(answer(sliceNetworksSchema))
    .mutation(({ ctx, input }) => publishNetwork(ctx.domain, { actor: ctx.actor, publication: input })),
  /** Takes the published network with this id back. */
  withdraw: userProcedure('slices:manage')
    .input(idInput)
    .output(answer(sliceNetworksSchema))
    .mutation(({ ctx, input }) => withdrawNetwork(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** Asks to join a published network; where nobody has to be asked, joins it. */
  join: userProcedure('slices:manage')
    .input(joinNetworkInput)
    .output(answer(sliceNetworksSchema))
    .mutation(({ ctx, input }) => joinNetwork(ctx.domain, { actor: ctx.actor, join: input })),
  /** Accepts or refuses the join with this id, for the publisher. */
  answer: userProcedure('slices:manage')
    .input(answerJoinInput)
    .output(answer(sliceNetworksSchema))
    .mutation(({ ctx, input }) => answerJoin(ctx.domain, { actor: ctx.actor, answer: input })),
  /** Ends the join with this id, from either side. */
  leave: userProcedure('slices:manage')
    .input(idInput)
    .output(answer(sliceNetworksSchema))
    .mutation(({ ctx, input }) => leaveNetwork(ctx.domain, { actor: ctx.actor, id: input.id })),
});
