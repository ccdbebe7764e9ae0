import { expect, test } from 'vitest';
import { sketchOf } from '#shared/topology/sketch';
import { renderApp } from '../testing/render';
import { Sketch } from './Sketch';

const vms = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `v${index}`, kind: 'vm' as const, x: index * 50, y: index * 7 }));

test('a sketch has a mark for each node and a line for each link, for eyes only', () => {
  const nodes = [...vms(3), { key: 'n', kind: 'network' as const, x: 20, y: 90 }];
  const links = [
    { source: 'v0', target: 'v1' },
    { source: 'v2', target: 'n' },
  ];
  renderApp(<Sketch sketch={sketchOf({ nodes, links })} />);
  const picture = document.querySelector('svg');
  expect(picture?.getAttribute('aria-hidden')).toBe('true');
  expect(picture?.querySelectorAll('rect')).toHaveLength(4);
  expect(picture?.querySelectorAll('line')).toHaveLength(2);
});

test('of many nodes each is small', () => {
  const widthOf = (count: number) => {
    const { unmount } = renderApp(<Sketch sketch={sketchOf({ nodes: vms(count), links: [] })} />);
    const width = Number(document.querySelector('rect')?.getAttribute('width'));
    unmount();
    return width;
  };
  expect(widthOf(60)).toBeLessThan(widthOf(6));
});

test('nothing is drawn of nothing', () => {
  renderApp(<Sketch sketch={{ nodes: [], links: [[0, 1]] }} />);
  expect(document.querySelectorAll('rect, line')).toHaveLength(0);
});
