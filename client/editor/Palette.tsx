import { Group, Kbd, Modal, Text, TextInput } from '@mantine/core';
import { Network, Search, Server, StickyNote } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { annotationLabel, annotationsOf } from '#shared/topology/annotations';
import type { Topology } from '#shared/topology/schema';
import { actIds, type Acts } from './acts';
import classes from './editor.module.css';
import { hasKey, shortcutText } from './shortcuts';

interface PaletteProps {
  /** What is searched: nodes only, or what can be done, too. */
  mode: 'find' | 'palette';
  topology: Topology;
  acts: Acts;
  onGo: (key: string) => void;
  onClose: () => void;
}

interface Entry {
  id: string;
  kind: 'vm' | 'network' | 'annotation' | 'act';
  label: string;
  detail: string;
  /** What else it is found by. */
  text?: string;
  run: () => void;
}
/** More than anybody reads. */
const most = 50;

/** Without regard to case and accents. */
const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}+/gu, '')
    .toLowerCase();

/** Everything that can be done and every node that is drawn, by a few letters of its name. */
export function Palette({ mode, topology, acts, onGo, onClose }: PaletteProps) {
  const { t } = useTranslation(['editor', 'common']);
  const listId = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const words = plain(text).split(/\s+/).filter(Boolean);
  const fits = (entry: Entry) =>
    words.every((word) => plain(`${entry.label} ${entry.detail} ${entry.text ?? ''}`).includes(word));

  const nodes = [
    ...topology.vms.map((vm): Entry => ({
      ...{ id: `vm-${vm.key}`, kind: 'vm', label: vm.name, detail: vm.label },
      run: () => onGo(vm.key),
    })),
    ...topology.networks.map((network): Entry => ({
      ...{ id: `network-${network.key}`, kind: 'network', label: network.name, detail: '' },
      run: () => onGo(network.key),
    })),
    ...annotationsOf(topology)
      .filter(({ kind }) => kind !== 'shape')
      .map((one): Entry => ({
        ...{
          id: `annotation-${one.key}`,
          kind: 'annotation',
          label: annotationLabel(one),
          detail: t(`canvas.role.${one.kind}`),
        },
        ...('text' in one && { text: one.text }),
        run: () => onGo(one.key),
      })),
  ];
  const deeds =
    mode === 'find'
      ? []
      : actIds
          .filter((id) => id !== 'palette' && acts[id].enabled)
          .map((id): Entry => ({
            ...{ id: `act-${id.replace('.', '-')}`, kind: 'act', label: acts[id].label },
            detail: hasKey(id) ? shortcutText(id) : '',
            run: acts[id].run,
          }));
  const found = [...deeds, ...nodes].filter(fits);
  const shown = found.slice(0, most);
  const active = shown[Math.min(at, shown.length - 1)];

  function choose(entry: Entry | undefined) {
    if (entry === undefined) return;
    onClose();
    // once the dialog has given the focus back
    requestAnimationFrame(entry.run);
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      const next = (Math.min(at, shown.length - 1) + step + shown.length) % shown.length;
      setAt(next);
      document.getElementById(`${listId}-${shown[next]?.id}`)?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      choose(active);
    }
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={t(mode === 'find' ? 'palette.find' : 'palette.title')}
      lockScroll={false}
      yOffset="12dvh"
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={active === undefined ? undefined : `${listId}-${active.id}`}
        aria-label={t(mode === 'find' ? 'palette.findHint' : 'palette.hint')}
        placeholder={t(mode === 'find' ? 'palette.findHint' : 'palette.hint')}
        leftSection={<Search size={15} />}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Text size="xs" c="dimmed" mt="xs" role="status">
        {found.length > most
          ? t('palette.more', { count: found.length, most })
          : t('palette.found', { count: found.length })}
      </Text>
      {shown.length > 0 && (
        <div id={listId} role="listbox" aria-label={t('palette.results')} className={classes.results}>
          {shown.map((entry, index) => (
            // the keys are the field's: it says which one is active
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={entry.id}
              id={`${listId}-${entry.id}`}
              role="option"
              aria-selected={entry === active}
              className={classes.result}
              onMouseMove={() => setAt(index)}
              onClick={() => choose(entry)}
            >
              <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
                {entry.kind === 'vm' && <Server size={14} aria-hidden />}
                {entry.kind === 'network' && <Network size={14} aria-hidden />}
                {entry.kind === 'annotation' && <StickyNote size={14} aria-hidden />}
                <span className={classes.resultText}>{entry.label}</span>
              </Group>
              {entry.detail !== '' &&
                (entry.kind === 'act' ? (
                  <Kbd size="sm">{entry.detail}</Kbd>
                ) : (
                  <span className={classes.resultDetail}>{entry.detail}</span>
                ))}
            </div>
          ))}
        </div>
      )}
    </Modal>
  );
}
