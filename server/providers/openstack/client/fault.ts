import { z } from 'zod';
import type { HttpAnswer } from './wire';

/** Characters of what a cloud says that are kept. */
const faultLength = 300;

const nova = z.record(z.string(), z.object({ message: z.string(), title: z.string().optional() }));
const neutron = z.object({ NeutronError: z.object({ type: z.string(), message: z.string() }) });
/** Neutron's own policy and paste filters, and Glance, answer otherwise than their APIs. */
const plainMessage = z.object({ message: z.string() });

export interface Fault {
  /** One line; empty where nothing was said. */
  text: string;
  /** A quota does not suffice: each service says so with another status. */
  kind: 'quota' | 'other';
}

/** What an answer that is no success says, whichever service it is of. A stranger's text: one line, of bounded length. */
export function faultOf({ status, text, headers }: HttpAnswer): Fault {
  const { message, type } = parsed(text, headers['content-type'] ?? '');
  const line = Array.from(message, (letter) => (letter < ' ' || letter === '\u007f' ? ' ' : letter)).join('');
  const words = line.replaceAll(/\s+/g, ' ').trim();
  const short = words.length > faultLength ? `${words.slice(0, faultLength - 1)}…` : words;
  const isQuota =
    type === 'OverQuota' ||
    (status === 403 && /\bquota exceeded\b|\bexceed\w* (the )?quota/i.test(words)) ||
    (status === 413 &&
      /\bquota\b|\blimit exceeded\b|\bexceeds?\b/i.test(words) &&
      headers['retry-after'] === undefined);
  return { text: short, kind: isQuota ? 'quota' : 'other' };
}

function parsed(text: string, contentType: string): { message: string; type: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // of a page in HTML, as a proxy's or Glance's, the words
    const words = /html/i.test(contentType) ? text.replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ') : text;
    return { message: words, type: '' };
  }
  const ofNeutron = neutron.safeParse(json);
  if (ofNeutron.success) return ofNeutron.data.NeutronError;
  const plain = plainMessage.safeParse(json);
  if (plain.success) return { message: plain.data.message, type: '' };
  const ofNova = nova.safeParse(json);
  const [first] = ofNova.success ? Object.values(ofNova.data) : [];
  return { message: first?.message ?? '', type: '' };
}
