import { linkName } from '#shared/capture/links';
import type { LinkRun } from '#shared/links/schema';
import type { LinkStep } from '#shared/links/run';
import type { Slice } from '#shared/slice';
import type { TFunction } from 'i18next';
import { trpc } from '../../api/trpc';
import { linkText } from '../../editor/link-text';
import { useNow } from '../use-now';

/** The run of link changes of a slice that goes on, or its last one; that it changes, the slice's events tell. Null while there is none. */
export function useLinkRun(slice: Slice) {
  const hasNone = slice.status === 'draft' || slice.status === 'destroyed';
  const query = trpc.links.get.useQuery({ id: slice.id }, { enabled: !hasNone });
  return { ...query, run: query.data?.run ?? null };
}

/** How many seconds the run is old, by the server's clock, once a second while it goes on. */
export function useElapsed(run: LinkRun, readAt: number): number {
  const now = useNow(run.status === 'running');
  return (run.elapsedMs + Math.max(0, now - readAt)) / 1_000;
}

/** The step that is done next. */
export function nextStep({ status, steps, outcomes }: LinkRun): LinkStep | undefined {
  return status === 'running' ? steps[outcomes.length] : undefined;
}

/** What a step makes of its link, in a few words. */
export function deedText(t: TFunction<'links'>, { deed, link }: Pick<LinkStep, 'deed' | 'link'>): string {
  return t(`did.${deed}`, { what: linkText({ link }) ?? t('cable') });
}

/** The links of a slice to choose from. */
export function linkChoices(slice: Slice): { value: string; label: string }[] {
  return [...linkNames(slice)].map(([value, label]) => ({ value, label }));
}

/** What the links of a slice are called, by the keys of their edges. */
export function linkNames(slice: Slice): ReadonlyMap<string, string> {
  return new Map(slice.edges.map((edge) => [edge.key, linkName(slice, edge)]));
}
