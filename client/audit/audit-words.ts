import i18next from 'i18next';
import type { AuditEntry } from '#shared/audit';

/** `slices.openConsole` as the catalogue has it: `slices.open-console`. */
function kebab(action: string): string {
  return action.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The text at a path of the audit catalogue, or null: what was recorded may be newer or older than this page. */
function textAt(path: string): string | null {
  for (const language of [i18next.language, 'en']) {
    const text: unknown = i18next.getResource(language, 'audit', path);
    if (typeof text === 'string') return text;
  }
  return null;
}

/**
 * What was done, in the reader's language; a deed without words keeps its name. An operation is called what it is (`Stop VM`),
 * where the details say so.
 */
export function actionWords(action: string, details: AuditEntry['details'] = null): string {
  const words = textAt(`action.${kebab(action)}`) ?? action;
  if (!isRequest(action) || typeof details?.['kind'] !== 'string') return words;
  const scope = typeof details['vmId'] === 'number' ? 'vm' : 'slice';
  const operation = textAt(`operation.${scope}.${details['kind']}`);
  if (operation === null) return words;
  return action === 'deployments.start' ? operation : `${words}: ${operation}`;
}

/** Whether the deed only asked for something that goes on afterwards: that it is done would say too much. */
export function isRequest(action: string): boolean {
  return action.startsWith('deployments.');
}

/** What it was done to: `Slice 12`, with its name where the details have it; null for nothing in particular. */
export function objectWords({ action, objectType, objectId, details }: AuditEntry): string | null {
  if (objectType === null) return null;
  // what signing in makes and signing out ends; other tokens are the nouns of their own deeds
  const type = objectType === 'api_token' && action.startsWith('auth.') ? 'session' : objectType;
  const kind = textAt(`objects.${type}`) ?? type;
  // of a new name the one that it has since
  const name = details?.['name'] ?? details?.['to'] ?? details?.['email'];
  if (typeof name === 'string' && name !== '') return `${kind} ${name}`;
  return objectId === null ? kind : `${kind} ${objectId}`;
}

/** Where the object can be looked at, or null. Accounts have a page for administrators only. */
export function objectPath({ objectType, objectId }: AuditEntry, admin: boolean): string | null {
  if (objectId === null) return null;
  if (admin && objectType === 'user') return `/users/${objectId}`;
  if (objectType === 'slice') return `/slices/${objectId}`;
  return objectType === 'template' ? `/templates/${objectId}` : null;
}

/** A detail's value on one line: texts as they are, everything else as JSON. */
export function detailText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
