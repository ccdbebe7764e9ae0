import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { results } from './pages';

export const wide = { width: 1280, height: 800 };
export const narrow = { width: 390, height: 844 };

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe-core finds on the page as it stands, a line each; `[]` when nothing. Two things are as they should be: a menu
 * that pops up is in no landmark, its button says where it belongs; and a node of the canvas is named by what it is and how
 * it is, while the sizes on its card are told by the panel that it opens.
 */
async function axeFindings(page: Page): Promise<string[]> {
  // by the debugger, which the page's content security policy does not concern
  await page.evaluate(`window.axe === undefined ? (() => { ${axeSource} })() : undefined`);
  const found: AxeResults = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })`);
  const lines = await Promise.all(
    found.violations.flatMap(({ id, nodes }) =>
      nodes.map(async ({ target, failureSummary }) => {
        const selector = target.join(' ');
        const intended = {
          region: '[data-portal], [data-portal] *',
          'label-content-name-mismatch': '.react-flow__node',
        }[id];
        const isIntended =
          intended !== undefined &&
          (await page.evaluate(([at, as]) => document.querySelector(at)?.matches(as) === true, [
            selector,
            intended,
          ] as const));
        return isIntended ? [] : [`${id} at ${selector}: ${(failureSummary ?? '').split('\n')[1]?.trim()}`];
      }),
    ),
  );
  return lines.flat();
}

/**
 * What axe-core finds twice: what begins to fade, or goes, while it reads is a finding of no state. Once is enough where it
 * finds nothing.
 */
async function lastingFindings(page: Page): Promise<string[]> {
  const first = await axeFindings(page);
  if (first.length === 0) return first;
  await untilStill(page);
  const second = await axeFindings(page);
  return first.filter((finding) => second.includes(finding));
}

/** Resolves when nothing moves or fades any more: half-faded colours are no finding. */
export async function untilStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const ends = () =>
      document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    while (ends().some(({ playState }) => playState === 'running'))
      await Promise.all(ends().map((animation) => animation.finished.catch(() => undefined)));
  });
}

/** Visible texts below `px`, measured as they are shown; the canvas as at zoom 1. */
async function smallTexts(page: Page, px: number): Promise<string[]> {
  return page.evaluate((least) => {
    const scaleOf = (start: Element): number => {
      let scale = 1;
      for (let at: Element | null = start; at !== null; at = at.parentElement) {
        if (at.classList.contains('react-flow__viewport')) continue;
        const { transform } = getComputedStyle(at);
        if (transform !== 'none') scale *= Math.sqrt(Math.abs(new DOMMatrix(transform).a * new DOMMatrix(transform).d));
      }
      return scale;
    };
    const found = new Set<string>();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (
        element === null ||
        text === '' ||
        !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      )
        continue;
      const size = Number.parseFloat(getComputedStyle(element).fontSize) * scaleOf(element);
      const { width, height } = element.getBoundingClientRect();
      // what is there for screen readers only
      if (width <= 1 || height <= 1) continue;
      if (size < least - 0.01) found.add(`"${text.slice(0, 40)}" has ${size.toFixed(1)} px`);
    }
    return [...found];
  }, px);
}

/** Columns of which heading and cells share no edge; figures must share the right one. */
async function brokenColumns(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    interface Edges {
      left: number;
      right: number;
    }
    const union = (rects: DOMRect[]): Edges | null => {
      const shown = rects.filter(({ width, height }) => width > 1 && height > 1);
      if (shown.length === 0) return null;
      return {
        left: Math.min(...shown.map(({ left }) => left)),
        right: Math.max(...shown.map(({ right }) => right)),
      };
    };
    const textsOf = (element: Element): DOMRect[] => {
      const rects: DOMRect[] = [];
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        // what is there for screen readers only has a box of a pixel
        if ((node.parentElement?.getBoundingClientRect().width ?? 0) <= 1) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        rects.push(...range.getClientRects());
      }
      return rects;
    };
    const contentOf = (element: Element): Edges | null =>
      union([
        ...textsOf(element),
        ...Array.from(element.querySelectorAll('*'))
          .filter((inner) => {
            const { borderTopWidth, backgroundColor } = getComputedStyle(inner);
            return borderTopWidth !== '0px' || backgroundColor !== 'rgba(0, 0, 0, 0)';
          })
          .map((inner) => inner.getBoundingClientRect()),
        ...Array.from(element.querySelectorAll('svg, button, [role="progressbar"]'), (inner) =>
          inner.getBoundingClientRect(),
        ),
      ]);
    const figure = /^\d[\d,]*(\.\d+)?(\s?[A-Za-z%]+)?( of [\d.,]+(\s?[A-Za-z]+)?)?$/;
    const found: string[] = [];
    for (const table of document.querySelectorAll('table')) {
      const rows = Array.from(table.tBodies).flatMap((body) => Array.from(body.rows));
      Array.from(table.tHead?.rows[0]?.cells ?? []).forEach((head, index) => {
        const heading = union(textsOf(head));
        if (heading === null) return;
        const cells = rows.flatMap((row) => row.cells[index] ?? []);
        const texts = cells.map(({ textContent }) => textContent.trim());
        const figures = texts.some((text) => text !== '') && texts.every((text) => text === '' || figure.test(text));
        for (const cell of cells) {
          const content = contentOf(cell);
          if (content === null) continue;
          const left = Math.abs(content.left - heading.left) <= 1.5;
          const right = Math.abs(content.right - heading.right) <= 1.5;
          if (figures ? right : left || right) continue;
          const edges = ({ left: from, right: to }: Edges) => `${from.toFixed(0)}–${to.toFixed(0)}`;
          found.push(
            `${table.ariaLabel ?? 'table'}: ${head.textContent.trim()} ${edges(heading)}, "${cell.textContent.trim().slice(0, 30)}" ${edges(content)}`,
          );
          break;
        }
      });
    }
    return found;
  });
}

/** How many pixels the page can be scrolled sideways. */
async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

type Scheme = 'light' | 'dark';
export type Look = readonly [typeof wide, Scheme];

/** Both widths in both schemes. */
export const allLooks: readonly Look[] = [
  [wide, 'light'],
  [wide, 'dark'],
  [narrow, 'light'],
  [narrow, 'dark'],
];

/**
 * Reads the page as it stands in each of `looks`, by axe-core and with a ruler, and answers what is wrong, a line each.
 * `TRAMA_SHOTS=1` keeps a picture of each.
 */
export async function findingsOf(page: Page, name: string, looks: readonly Look[] = allLooks): Promise<string[]> {
  const found: string[] = [];
  const shots = process.env['TRAMA_SHOTS'] === '1';
  const measured = new Set<typeof wide>();
  for (const [viewport, colorScheme] of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    await untilStill(page);
    const where = `${viewport.width} ${colorScheme}`;
    const note = (findings: string[]) => found.push(...findings.map((finding) => `${where}: ${finding}`));
    note(await lastingFindings(page));
    if (!measured.has(viewport)) {
      measured.add(viewport);
      note(await smallTexts(page, 11));
      if (viewport === wide) note(await brokenColumns(page));
      const pixels = await sidewaysScroll(page);
      if (pixels > 0) note([`scrolls ${pixels} px sideways`]);
    }
    const file = `${name.replaceAll(/\W+/g, '-')}-${where.replace(' ', '-')}.png`;
    if (shots) await page.screenshot({ path: path.join(results, 'looks', file) });
  }
  return found;
}
