import { limits } from '../../limits';
import {
  annotationLabel,
  annotationSchema,
  annotationSize,
  type Annotation,
  type AnnotationDraft,
} from '../annotations';
import { unique } from './guess';
import type { Carry, LabDrawing, Point } from './lab';
import type { Report } from './report';

const farthest = 1_000_000;
const within = (value: number) => Math.min(farthest, Math.max(-farthest, value));

/**
 * Annotations of what a document draws, with keys that are free; the report is told of each. What cannot be one, as beyond the most
 * that there may be, is left out.
 */
export function annotationsFrom(
  drawings: readonly LabDrawing[],
  { carry, takenKeys, report, exact }: { carry: Carry; takenKeys: Set<string>; report: Report; exact: boolean },
): Annotation[] {
  const annotations: Annotation[] = [];
  // what is ours is kept to the point
  const whole = (value: number) => (exact ? value : Math.round(value));
  const sideOf = (side: number | undefined) =>
    side === undefined ? undefined : Math.min(limits.annotationSide, whole(side * carry.factor));
  for (const { what, key, corner, drawn } of drawings) {
    const at = carry.point(corner);
    const sides =
      'width' in drawn || 'height' in drawn ? { width: sideOf(drawn.width), height: sideOf(drawn.height) } : {};
    const parsed = annotationSchema.safeParse({ ...drawn, ...sides, key: 'new', x: 0, y: 0 });
    const label = parsed.success ? annotationLabel(parsed.data) : what;
    const isNothing = parsed.success && parsed.data.kind === 'shape' && parsed.data.width + parsed.data.height < 1;
    if (!parsed.success || (isNothing && !exact) || annotations.length === limits.annotationsPerTopology) {
      report.leaveOut(what, label);
      continue;
    }
    const { width, height } = annotationSize(parsed.data);
    annotations.push({
      ...parsed.data,
      key: freeKey(key, `note${annotations.length + 1}`, takenKeys),
      x: within(whole(at.x + width / 2)),
      y: within(whole(at.y + height / 2)),
    });
    if (!exact) report.gather('mapped', 'DOC_DRAWN_BESIDE', label);
  }
  return annotations;
}

/** The key that it had, unless something else has it. */
function freeKey(key: string | undefined, otherwise: string, taken: Set<string>): string {
  if (key === undefined || taken.has(key.toLowerCase())) return unique(otherwise, taken, 64);
  taken.add(key.toLowerCase());
  return key;
}

/** What HTML says, line by line, without its markup, of which nothing is looked at but where lines end. */
export function linesOfHtml(html: string): string[] {
  return html
    .replaceAll(/<(?:br|\/?div|\/?p|\/?li|hr)\b[^<>]*>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&nbsp;|\u00a0/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
}

/** Any text as one that a note may have: without what is no text, as long as it may be. */
export function noteText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Control}\n\t]|\p{Surrogate}/gu, '')
    .normalize('NFC')
    .slice(0, limits.noteLength)
    .replace(/[\ud800-\udbff]$/, '')
    .replaceAll(/^\n+|\s+$/g, '');
}

/** The colour of ours that is most like `#rrggbb`; grey for what has none, undefined for what is no such colour or cannot be seen. */
export function colourLike(text: string | null | undefined): Annotation['colour'] | undefined {
  const [, red = '', green = '', blue = '', alpha = 'ff'] =
    /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})([\da-f]{2})?$/i.exec(text?.trim() ?? '') ?? [];
  if (red === '' || alpha === '00') return undefined;
  const [r, g, b] = [red, green, blue].map((part) => Number.parseInt(part, 16));
  if (r === undefined || g === undefined || b === undefined) return undefined;
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
  const spread = most - least;
  if (spread < 25) return 'grey';
  const turn = most === r ? (g - b) / spread : most === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
  const hue = (turn * 60 + 360) % 360;
  return hues.find(({ below }) => hue < below)?.colour ?? 'red';
}
const hues = [
  { below: 15, colour: 'red' },
  { below: 42, colour: 'orange' },
  { below: 70, colour: 'yellow' },
  { below: 150, colour: 'green' },
  { below: 190, colour: 'teal' },
  { below: 250, colour: 'blue' },
  { below: 330, colour: 'violet' },
] as const;

/** How a shape looks that is filled with one colour and has its border in another: white paper and black ink are no filling. */
export function paintOf(
  fill: string | null | undefined,
  border: string | null | undefined,
): { filled: boolean; colour: Annotation['colour'] | undefined } {
  const colour = colourLike(fill);
  return colour === undefined || colour === 'grey'
    ? { filled: false, colour: colourLike(border) ?? colour }
    : { filled: true, colour };
}

/** A line from one point to another. */
export function lineBetween(
  from: Point,
  to: Point,
  colour: Annotation['colour'] | undefined,
): { corner: Point; drawn: Extract<AnnotationDraft, { kind: 'shape' }> } | null {
  const [across, down] = [to.x - from.x, to.y - from.y];
  if (across === 0 && down === 0) return null;
  return {
    corner: { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y) },
    drawn: {
      ...{ kind: 'shape', form: 'line', colour, rises: across * down < 0 },
      ...{ width: Math.abs(across), height: Math.abs(down) },
    },
  };
}

/** Letters of so many points. */
export function labelSizeOf(points: number): 'small' | 'medium' | 'large' {
  return points >= 18 ? 'large' : points > 12 ? 'medium' : 'small';
}
