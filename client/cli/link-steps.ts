import { linkDeeds, type LinkDeed } from '#shared/links/deeds';
import { CliError, exitCodes } from './errors';

/** What a link does then, by its properties; `back`: from target to source, where that is another. */
type Quality = Record<string, number | Record<string, number>>;

/** A step as it is written: its link is not looked for yet. */
interface WrittenStep {
  at: number;
  deed: LinkDeed;
  /** By what the user calls it. */
  link: string;
  quality: Quality;
}

const form = 'A step is SECONDS DEED LINK, as 30 down r1:r2, or 60 bend r1:r2 delayMs=100 lossPercent=1';
const wrong = (text: string, why: string) => new CliError(`${text}: ${why} ${form}.`, exitCodes.usage);

/**
 * The steps in words, one behind the other: a number begins the next one. Deeds are down, up, bend, which is followed by what the link does to
 * frames, and restore. A `CliError` names the step that is none.
 */
export function readSteps(words: readonly string[]): WrittenStep[] {
  const steps: WrittenStep[] = [];
  for (let at = 0; at < words.length;) {
    const properties = words.slice(at + 3).findIndex((word) => !word.includes('='));
    const end = properties === -1 ? words.length : at + 3 + properties;
    steps.push(readStep(words.slice(at, end)));
    at = end;
  }
  return steps;
}

function readStep([seconds = '', named = '', link = '', ...properties]: readonly string[]): WrittenStep {
  const text = [seconds, named, link, ...properties].join(' ').trim();
  const deed = linkDeeds.find((one) => one === named);
  if (!/^\d{1,6}$/.test(seconds)) throw wrong(text, `“${seconds}” is no whole number of seconds.`);
  if (deed === undefined) throw wrong(text, `“${named}” is none of ${linkDeeds.join(', ')}.`);
  if (link === '' || link.includes('=')) throw wrong(text, 'It does not say which link.');
  if (deed !== 'bend' && properties.length > 0) throw wrong(text, `Only bend takes ${properties.join(' ')}.`);
  return { at: Number(seconds), deed, link, quality: qualityOf(properties, text) };
}

function qualityOf(properties: readonly string[], text: string): Quality {
  const forth: Record<string, number> = {};
  const back: Record<string, number> = {};
  for (const property of properties) {
    const [, isBack, name, value] = /^(back\.)?([A-Za-z]+)=(\d+(?:\.\d+)?)$/.exec(property) ?? [];
    if (name === undefined) throw wrong(text, `“${property}” is no property with a number.`);
    (isBack === undefined ? forth : back)[name] = Number(value);
  }
  return Object.keys(back).length === 0 ? forth : { ...forth, back };
}

/** The words of a file of steps: one in each line; # begins a comment. */
export function wordsOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [said = ''] = line.split('#');
    return said.split(/\s+/).filter((word) => word !== '');
  });
}
