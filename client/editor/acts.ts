import { arrangements, type Arrangement } from './arrange/arrange';
import { annotationTools, type AnnotationTool } from './annotate';
import { alignments, axes, type Alignment, type Axis } from './alignment';

/** What can be done to a drawing by a name of its own: from the toolbar, by a key, from a menu and from the palette alike. */
const plainActs = [
  'save',
  'saveWithMessage',
  'undo',
  'redo',
  'cut',
  'copy',
  'paste',
  'duplicate',
  'delete',
  'selectAll',
  'addVm',
  'addNetwork',
  'connect',
  'connectMany',
  'rename',
  'lock',
  'unlock',
  'toFront',
  'toBack',
  'find',
  'palette',
  'fit',
  'zoomSelection',
  'minimap',
  'text',
  'history',
  'help',
] as const;
/** Those that only the page of a template has. */
const pageActs = ['saveWithMessage', 'history'] as const satisfies readonly (typeof plainActs)[number][];
export type PageActs = Partial<Record<(typeof pageActs)[number], { enabled: boolean; run: () => void }>>;
export type PlainAct = (typeof plainActs)[number];
export type ActId =
  PlainAct | `annotate.${AnnotationTool}` | `arrange.${Arrangement}` | `align.${Alignment}` | `distribute.${Axis}`;

export const actIds: readonly ActId[] = [
  ...plainActs,
  ...annotationTools.map((tool) => `annotate.${tool}` as const),
  ...alignments.map((to) => `align.${to}` as const),
  ...axes.map((axis) => `distribute.${axis}` as const),
  ...arrangements.map((arrangement) => `arrange.${arrangement}` as const),
];

export interface Act {
  id: ActId;
  label: string;
  enabled: boolean;
  /** The page has it not at all. */
  absent?: boolean;
  run: () => void;
}
export type Acts = Readonly<Record<ActId, Act>>;
