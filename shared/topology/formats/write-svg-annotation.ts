import { annotationInks, annotationSize, labelFontSizes, lineHeight, type Annotation } from '../annotations';
import { escaped } from './write-xml';

const noteFont = 13;
/** px around a note's text. */
const air = 10;

/** What is drawn beside as an element of a picture, for light paper. */
export function svgOf(annotation: Annotation): string {
  const { light, dark } = annotationInks[annotation.colour];
  const { width, height } = annotationSize(annotation);
  const [left, top] = [annotation.x - width / 2, annotation.y - height / 2];
  const box = (radius: number, looks: string) =>
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="${radius}" stroke="${light}" ${looks}/>`;
  switch (annotation.kind) {
    case 'group':
      return `<g>${box(8, `fill="${light}" fill-opacity="0.07" stroke-width="1.5" stroke-dasharray="6 4"`)}${textLines([annotation.name], { x: left + 10, y: top + 20, size: 13, fill: light, weight: 600 })}</g>`;
    case 'note': {
      const lines = wrapped(annotation.text, width - 2 * air, height - 2 * air);
      const at = { x: left + air, y: top + air + noteFont };
      return `<g>${box(4, `fill="${dark}" fill-opacity="0.45" stroke-opacity="0.55"`)}${textLines(lines, { ...at, size: noteFont, fill: '#212529', weight: 400 })}</g>`;
    }
    case 'label': {
      const size = labelFontSizes[annotation.size];
      const at = { x: left + 4, y: top + size + 2 };
      return textLines(annotation.text.split('\n'), { ...at, size, fill: light, weight: 600 });
    }
    case 'shape': {
      const looks = annotation.filled ? `fill="${light}" fill-opacity="0.18"` : 'fill="none"';
      if (annotation.form === 'rectangle') return box(4, `${looks} stroke-width="2"`);
      if (annotation.form === 'ellipse')
        return `<ellipse cx="${annotation.x}" cy="${annotation.y}" rx="${width / 2}" ry="${height / 2}" stroke="${light}" stroke-width="2" ${looks}/>`;
      const [from, to] = annotation.rises ? [top + height, top] : [top, top + height];
      return `<line x1="${left}" y1="${from}" x2="${left + width}" y2="${to}" stroke="${light}" stroke-width="2"/>`;
    }
  }
}

interface TextLooks {
  x: number;
  /** Of the first line's letters. */
  y: number;
  size: number;
  fill: string;
  weight: number;
}

/** An element for each line: pictures know no line's end. */
function textLines(lines: readonly string[], { x, y, size, fill, weight }: TextLooks): string {
  const line = (text: string, index: number) =>
    `<text x="${x}" y="${y + index * size * lineHeight}" font-size="${size}" font-weight="${weight}" fill="${fill}" xml:space="preserve">${escaped(text)}</text>`;
  return lines.map(line).join('');
}

/** The text in lines that are about as wide as the note, as many as it has room for. */
function wrapped(text: string, width: number, height: number): string[] {
  const letters = Math.max(4, Math.floor(width / (noteFont * 0.52)));
  const most = Math.max(1, Math.floor(height / (noteFont * lineHeight)));
  const lines = text.split('\n').flatMap((paragraph) => {
    const rows: string[] = [];
    let row = '';
    for (const word of paragraph.split(' ')) {
      const longer = row === '' ? word : `${row} ${word}`;
      if (longer.length <= letters) row = longer;
      else {
        if (row !== '') rows.push(row);
        // a word that is longer than a line goes on in the next
        const pieces = word.match(new RegExp(`.{1,${letters}}`, 'gu')) ?? [''];
        rows.push(...pieces.slice(0, -1));
        row = pieces.at(-1) ?? '';
      }
    }
    return [...rows, row];
  });
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${lines[most - 1] ?? ''}…`];
}
