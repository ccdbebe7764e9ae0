import type { TRPCClientErrorLike } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '#server/rpc/app-router';

export type { AppRouter };
/** What each procedure takes: `RouterInputs['slices']['create']`. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** What each procedure answers: `RouterOutputs['slices']['list']`. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;

type PublicError = NonNullable<TRPCClientErrorLike<AppRouter>['data']>['app'];
/** The codes of the server's own errors. */
export type ServerErrorCode = PublicError['code'];
/** One thing wrong with a topology, a plan or a document, and where. */
export type Problem = NonNullable<PublicError['problems']>[number];

export type User = RouterOutputs['auth']['login'];
export type Template = RouterOutputs['templates']['get'];
export type TemplateSummary = RouterOutputs['templates']['list']['items'][number];
export type Topology = Template['topology'];
export type Slice = RouterOutputs['slices']['get'];
export type SliceSummary = RouterOutputs['slices']['list']['items'][number];
export type SliceVm = Slice['vmList'][number];
export type Plan = RouterOutputs['deployments']['plan'];
export type Deployment = RouterOutputs['deployments']['get'];
export type Zone = RouterOutputs['zones']['get'];
type ItemOf<Stream> = Stream extends AsyncIterable<infer Item> ? Item : never;
/** Something that happened to a slice; `id` increases, and is where `watch` can go on. */
export type SliceEvent = ItemOf<RouterOutputs['deployments']['watch']>['data'];
/** That something changed of a slice that one may see. */
export type SliceNotice = ItemOf<RouterOutputs['slices']['changes']>['data'];
/** Frames of links: `at` in microseconds since 1970, `data` base64. */
export type CaptureBatch = ItemOf<RouterOutputs['captures']['follow']>;
/** How much passes on each link of a slice: sums since they are counted, and rates of the last second. */
export type Traffic = ItemOf<RouterOutputs['captures']['traffic']>;
/** What accounts are told of, as data; its `kind` says what it is. */
export type Happening = RouterOutputs['notifications']['list']['items'][number]['happening'];
/** What a webhook is called with. */
export interface WebhookCall {
  version: 1;
  /** The same however often the call is made. */
  id: string;
  /** The kind of what happened, or `test`. */
  event: string;
  at: string;
  /** One sentence, English. */
  message: string;
  /** What happened; null for a test. */
  data: Happening | null;
}
