import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { alignments, axes } from './alignment';
import { annotationTools, type AnnotationTool } from './annotate';
import type { ActId, Acts } from './acts';
import { arrangements } from './arrange/arrange';
import type { CanvasPoint } from './canvas/types';
import { hasKey, shortcutText } from './shortcuts';

interface DrawingMenuProps {
  /** On the screen, px. */
  at: CanvasPoint;
  on: 'nodes' | 'edge' | 'canvas';
  acts: Acts;
  /** Adds where the menu was opened. */
  onAdd: (kind: 'vm' | 'network' | AnnotationTool) => void;
  onClose: () => void;
}

const onNodes: readonly ActId[] = [
  'connect',
  'rename',
  'lock',
  'unlock',
  'toFront',
  'toBack',
  'cut',
  'copy',
  'duplicate',
  'annotate.group',
  'zoomSelection',
];
const onCanvas: readonly ActId[] = [
  'paste',
  'selectAll',
  'connectMany',
  'find',
  'palette',
  'fit',
  'minimap',
  'text',
  'undo',
  'redo',
];

/** What can be done here: the menu of a node, of a link or of the empty canvas. */
export function DrawingMenu({ at, on, acts, onAdd, onClose }: DrawingMenuProps) {
  const { t } = useTranslation('editor');
  const item = (id: ActId) => {
    const { label, enabled, run } = acts[id];
    // what cannot be done to this is not offered here; the palette and the help sheet have everything
    if (!enabled) return null;
    return (
      <Menu.Item
        key={id}
        // the library's own red is too faint to read here
        c={id === 'delete' ? 'var(--mantine-color-error)' : undefined}
        rightSection={hasKey(id) ? <kbd>{shortcutText(id)}</kbd> : undefined}
        onClick={() => requestAnimationFrame(run)}
      >
        {label}
      </Menu.Item>
    );
  };
  const sub = (label: string, ids: readonly ActId[]) =>
    ids.some((id) => acts[id].enabled) && (
      <Menu.Sub>
        <Menu.Sub.Target>
          <Menu.Sub.Item>{label}</Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown>{ids.map(item)}</Menu.Sub.Dropdown>
      </Menu.Sub>
    );
  return (
    <Menu
      opened
      onChange={(opened) => !opened && onClose()}
      position="bottom-start"
      offset={2}
      withinPortal
      returnFocus
    >
      <Menu.Target>
        <span aria-hidden style={{ position: 'fixed', left: at.x, top: at.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t(`menu.${on}`)}>
        {on === 'canvas' && (
          <>
            <Menu.Item disabled={!acts.addVm.enabled} onClick={() => onAdd('vm')}>
              {t('menu.addVmHere')}
            </Menu.Item>
            <Menu.Item onClick={() => onAdd('network')}>{t('menu.addNetworkHere')}</Menu.Item>
            <Menu.Sub>
              <Menu.Sub.Target>
                <Menu.Sub.Item>{t('menu.annotateHere')}</Menu.Sub.Item>
              </Menu.Sub.Target>
              <Menu.Sub.Dropdown>
                {annotationTools.map((tool) => (
                  <Menu.Item
                    key={tool}
                    disabled={!acts[`annotate.${tool}`].enabled}
                    onClick={() => requestAnimationFrame(() => onAdd(tool))}
                  >
                    {t(`annotate.${tool}`)}
                  </Menu.Item>
                ))}
              </Menu.Sub.Dropdown>
            </Menu.Sub>
            <Menu.Divider />
            {onCanvas.map(item)}
          </>
        )}
        {on === 'nodes' && (
          <>
            {onNodes.map(item)}
            {sub(t('align.title'), [
              ...alignments.map((to) => `align.${to}` as const),
              ...axes.map((axis) => `distribute.${axis}` as const),
            ])}
          </>
        )}
        {(on === 'canvas' || (on === 'nodes' && acts['align.left'].enabled)) &&
          sub(
            t('tool.arrange'),
            arrangements.map((arrangement) => `arrange.${arrangement}` as const),
          )}
        {on !== 'canvas' && (
          <>
            {on === 'nodes' && <Menu.Divider />}
            {item('delete')}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
