import type { AuditEntry, AuditOutcome, EndResult } from './audit';
import { auditTexts } from './audit-texts';

/** The text at a path of a catalogue (`action.slices.create`), or null: what was recorded may be newer or older than it. */
export type AuditCatalogue = (path: string) => string | null;

/** A deed in the words of a language. */
export interface AuditWords {
  /** An operation is called what it is: `Stop VM`. */
  what: string;
  /** What it was done to, by the name that it had; by its id only where none was recorded. Null for nothing in particular. */
  on: string | null;
  /** Who did it, the server itself too. */
  who: string;
  outcome: string;
  /** The cause of a failure, why the server acted, with whom something was shared, and the like; null for nothing. */
  note: string | null;
}

/** The English catalogue. */
export function englishAudit(path: string): string | null {
  let at: unknown = auditTexts;
  for (const key of path.split('.')) at = isRecord(at) ? at[key] : undefined;
  return typeof at === 'string' ? at : null;
}

/** The one place where a row of the log becomes words: the page, the exports and the command line all ask here. */
export function auditWords(entry: AuditEntry, textAt: AuditCatalogue = englishAudit): AuditWords {
  const say = (path: string, slots: Record<string, string> = {}) => fill(textAt(path) ?? path, slots);
  return {
    what: actionWords(entry.action, entry.details, textAt),
    on: objectWords(entry, say),
    who: entry.user?.name ?? say(isReason(entry) ? 'system' : 'nobody'),
    outcome: say(`outcome.${outcomeOf(entry)}`),
    note: noteWords(entry, say),
  };
}

const ends: Record<EndResult, AuditOutcome> = { OK: 'ok', FAILED: 'failed', CANCELLED: 'cancelled' };

/** How it went. What asks for an operation is not done when it is written down: that the operation's end says. */
export function outcomeOf({ action, result }: Pick<AuditEntry, 'action' | 'result'>): AuditOutcome | 'requested' {
  const outcome = isEndResult(result) ? ends[result] : 'refused';
  return outcome === 'ok' && isRequest(action) ? 'requested' : outcome;
}

function isEndResult(result: string): result is EndResult {
  return result in ends;
}

function isRequest(action: string): boolean {
  return action.startsWith('deployments.') && action !== 'deployments.end';
}

/** What was done; a deed without words keeps its name. Procedures' own names (`slices.openConsole`) are understood, too. */
export function actionWords(
  action: string,
  details: AuditEntry['details'] = null,
  textAt: AuditCatalogue = englishAudit,
): string {
  const words = textAt(`action.${kebab(action)}`) ?? action;
  const kind = details?.['kind'];
  if (!action.startsWith('deployments.') || typeof kind !== 'string') return words;
  const operation = textAt(`operation.${typeof details?.['vmId'] === 'number' ? 'vm' : 'slice'}.${kind}`);
  if (operation === null) return words;
  return action === 'deployments.start' || action === 'deployments.end' ? operation : `${words}: ${operation}`;
}

type Say = (path: string, slots?: Record<string, string>) => string;

function objectWords({ action, objectType, objectId, objectName, details }: AuditEntry, say: Say): string | null {
  if (objectType === null) return null;
  // what signing in makes and signing out ends; other tokens are the nouns of their own deeds
  const type = objectType === 'api_token' && action.startsWith('auth.') ? 'session' : objectType;
  const word = say(`objects.${type}`);
  const kind = word === `objects.${type}` ? type : word;
  // older rows have it in their details; of a new name the one that it has since
  const name = objectName ?? text(details?.['name']) ?? text(details?.['to']) ?? text(details?.['email']);
  const vm = type === 'slice' ? text(details?.['vm']) : name;
  const slice = type === 'slice' ? name : text(details?.['slice']);
  if ((type === 'slice' || type === 'slice_vm') && vm !== null && slice !== null)
    return say('vmOfSlice', { vm, slice });
  if (name !== null) return `${kind} ${name}`;
  return objectId === null ? kind : `${kind} ${objectId}`;
}

function isReason({ user, details }: AuditEntry): boolean {
  return user === null && typeof details?.['because'] === 'string';
}

function noteWords({ action, details }: AuditEntry, say: Say): string | null {
  if (details === null) return null;
  const of = (key: string) => text(details[key]);
  const notes: string[] = [];
  const note = (path: string, slots: Record<string, string | null>) => {
    const given = Object.entries(slots).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
    if (given.length === Object.keys(slots).length) notes.push(say(path, Object.fromEntries(given)));
  };
  note('note.changed', { from: of('fromName') ?? of('from'), to: of('toName') ?? of('to') });
  note('note.with', { name: of('with') });
  note('note.of', { name: of('user') });
  note('note.madeOf', { template: of('template') });
  note('note.inZone', { zone: of('zone') });
  const because = of('because');
  if (because !== null) note(`because.${because}`, { name: of('onBehalfOfName') ?? '' });
  if (details['superseded'] === true && action === 'deployments.end') note('note.superseded', {});
  const error = of('error');
  if (error !== null) notes.push(error);
  return notes.length === 0 ? null : notes.join(' · ');
}

/** Slots are `{{name}}`, as in the browser's catalogues. */
function fill(pattern: string, slots: Record<string, string>): string {
  return pattern.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => slots[name] ?? whole);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function kebab(action: string): string {
  return action.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
