import type { Link } from '../topology/link';
import { alike } from '../topology/properties';
import type { LinkDeed } from './deeds';
import { runLimits } from './limits';

export interface LinkStep {
  /** Seconds from the run's beginning. */
  at: number;
  /** Key of an edge. */
  edge: string;
  deed: LinkDeed;
  /** Of `bend`: all that the link does to frames then. */
  link?: Link | undefined;
}

/** What of a link can be changed; a link that does nothing to frames is null. */
export interface LinkState {
  down: boolean;
  link: Link | null;
}
type Field = keyof LinkState;
const fields: readonly Field[] = ['down', 'link'];

/** Links by the keys of their edges. */
export type LinkStates = Readonly<Record<string, LinkState>>;

/** Links that the run has changed, by the keys of their edges: how each goes back, and what the run has made of it. */
export type TouchedLinks = Readonly<Record<string, { before: LinkState; set: LinkState }>>;
type Touched = TouchedLinks[string];

/** What became of a step. `left`: a later one was due, too, by which nothing of it would be left. `gone`: its link is not there. */
export type StepFate = 'done' | 'left' | 'gone';

/** An edge's link as a state. */
export function stateOf({ down, link }: { down?: boolean | undefined; link?: Link | undefined }): LinkState {
  return { down: down === true, link: link === undefined || Object.keys(link).length === 0 ? null : link };
}

/** A drawing's edge with another state of its link. */
export function withState<Edge extends { down?: boolean | undefined; link?: Link | undefined }>(
  edge: Edge,
  { down, link }: LinkState,
): Edge {
  return { ...edge, down: down ? true : undefined, link: link ?? undefined };
}

/** Steps in the order in which they are due; of those due at once in theirs. */
export function inOrder<Step extends Pick<LinkStep, 'at'>>(steps: readonly Step[]): Step[] {
  return steps.toSorted((a, b) => a.at - b.at);
}

/** How long a run lasts in which nobody says it: what it has changed is to be seen for a while before it is put back. */
export function secondsOf(steps: readonly Pick<LinkStep, 'at'>[], restore: boolean): number {
  const last = Math.max(0, ...steps.map(({ at }) => at));
  return Math.min(runLimits.seconds, last + (restore ? runLimits.restSeconds : 0));
}

/** How a link goes back: as it was before the run, but for what somebody else has made of it since. */
export function originOf(now: LinkState, touched: Touched | undefined): LinkState {
  if (touched === undefined) return now;
  const isOurs = (field: Field) => alike(now[field], touched.set[field]);
  const from = (field: Field) => (isOurs(field) ? touched.before : now);
  return { down: from('down').down, link: from('link').link };
}

function changedBy(now: LinkState, before: LinkState, { deed, link }: Pick<LinkStep, 'deed' | 'link'>): LinkState {
  if (deed === 'restore') return before;
  return deed === 'bend' ? { ...now, link: stateOf({ link }).link } : { ...now, down: deed === 'down' };
}

const fieldsOf = ({ deed }: Pick<LinkStep, 'deed'>): readonly Field[] =>
  deed === 'restore' ? fields : deed === 'bend' ? ['link'] : ['down'];

/** Whether the steps behind one leave nothing of it. */
function isOvertaken(step: LinkStep, later: readonly LinkStep[]): boolean {
  const same = later.filter(({ edge }) => edge === step.edge);
  return fieldsOf(step).every((field) => same.some((other) => fieldsOf(other).includes(field)));
}

/**
 * What steps that are due together, in their order, make of the links `now`: what is `wanted` of those that they are about, and what the run has touched then.
 * Pure. Of what is overtaken nothing is seen, as if it had come first.
 */
export function afterSteps(
  now: LinkStates,
  touched: TouchedLinks,
  steps: readonly LinkStep[],
): { fates: StepFate[]; wanted: LinkStates; touched: TouchedLinks } {
  const states = new Map(Object.entries(now));
  const known = new Map(Object.entries(touched));
  const wanted = new Map<string, LinkState>();
  const fates = steps.map((step, index): StepFate => {
    const state = states.get(step.edge);
    if (state === undefined) return 'gone';
    if (isOvertaken(step, steps.slice(index + 1))) return 'left';
    const before = originOf(state, known.get(step.edge));
    const set = changedBy(state, before, step);
    known.set(step.edge, { before, set });
    states.set(step.edge, set);
    wanted.set(step.edge, set);
    return 'done';
  });
  return { fates, wanted: Object.fromEntries(wanted), touched: Object.fromEntries(known) };
}

/** How the links that the run has changed go back, as far as they are there. */
export function originsOf(now: LinkStates, touched: TouchedLinks): LinkStates {
  const states = new Map(Object.entries(now));
  return Object.fromEntries(
    Object.entries(touched).flatMap(([edge, one]) => {
      const state = states.get(edge);
      return state === undefined ? [] : [[edge, originOf(state, one)]];
    }),
  );
}

/** What is wanted of the links that the run has changed once it is over: only of those that are not so. */
export function putBack(now: LinkStates, touched: TouchedLinks): LinkStates {
  const states = new Map(Object.entries(now));
  return Object.fromEntries(
    Object.entries(originsOf(now, touched)).filter(([edge, origin]) => !alike(origin, states.get(edge))),
  );
}
