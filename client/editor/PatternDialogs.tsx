import { Button, Group, Modal, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { hostnameSchema, nameSchema } from '#shared/primitives';
import type { Topology, TopologyEdge } from '#shared/topology/schema';
import { connectByPattern, connectWays, matches, renameByPattern, type ConnectWay } from './patterns';

interface FormProps {
  title: string;
  submit: string;
  possible: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

function FormDialog({ title, submit, possible, onSubmit, onClose, children }: FormProps) {
  const { t } = useTranslation('common');
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('actions.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!possible) return;
          onSubmit();
          onClose();
        }}
      >
        <Stack>
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('actions.cancel')}
            </Button>
            <Button type="submit" disabled={!possible}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface ConnectDialogProps {
  topology: Topology;
  onConnect: (edges: TopologyEdge[]) => void;
  onClose: () => void;
}

/** Links many with many, by patterns of their names. */
export function ConnectDialog({ topology, onConnect, onClose }: ConnectDialogProps) {
  const { t } = useTranslation('editor');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [way, setWay] = useState<ConnectWay>('each');
  const nodes = [...topology.vms, ...topology.networks];
  const count = (pattern: string) => nodes.filter(({ name }) => matches(pattern, name)).length;
  const edges = connectByPattern(topology, from, to, way);
  const tooMany = topology.edges.length + edges.length > limits.edgesPerTopology;
  return (
    <FormDialog
      title={t('acts.connectMany')}
      submit={t('connectMany.submit')}
      possible={edges.length > 0 && !tooMany}
      onSubmit={() => onConnect(edges)}
      onClose={onClose}
    >
      <Text size="sm" c="dimmed">
        {t('connectMany.hint')}
      </Text>
      <Group grow align="flex-start">
        <TextInput
          data-autofocus
          label={t('connectMany.from')}
          description={t('connectMany.matches', { count: count(from) })}
          placeholder="leaf*"
          value={from}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label={t('connectMany.to')}
          description={t('connectMany.matches', { count: count(to) })}
          placeholder="spine*"
          value={to}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </Group>
      <SegmentedControl
        aria-label={t('connectMany.way')}
        value={way}
        data={connectWays.map((value) => ({ value, label: t(`connectMany.${value}`) }))}
        onChange={(value) => setWay(connectWays.find((item) => item === value) ?? way)}
      />
      <Text size="sm" role="status" c={tooMany ? 'red' : undefined}>
        {tooMany
          ? t('connectMany.tooMany', { max: limits.edgesPerTopology })
          : t('connectMany.makes', { count: edges.length })}
      </Text>
    </FormDialog>
  );
}

interface RenameDialogProps {
  topology: Topology;
  /** Keys. */
  nodes: readonly string[];
  onRename: (names: { key: string; name: string }[]) => void;
  onClose: () => void;
}

/** Gives what is selected new names by a pattern, and shows them before. */
export function RenameDialog({ topology, nodes, onRename, onClose }: RenameDialogProps) {
  const { t } = useTranslation('editor');
  const chosen = new Set(nodes);
  const all = [...topology.vms, ...topology.networks];
  const selected = all.filter(({ key }) => chosen.has(key));
  const [pattern, setPattern] = useState(() => (selected.length === 1 ? (selected[0]?.name ?? '') : '*'));
  const [first, setFirst] = useState(1);
  const names = renameByPattern(selected, pattern, first);
  const vms = new Set(topology.vms.map(({ key }) => key));
  const invalid = names.find(({ key, name }) => !(vms.has(key) ? hostnameSchema : nameSchema).safeParse(name).success);
  // VMs and networks each have names of their own
  const others = (isVm: boolean) =>
    all.filter(({ key }) => !chosen.has(key) && vms.has(key) === isVm).map(({ name }) => name.toLowerCase());
  const taken = [true, false].map((isVm) => {
    const wanted = names.filter(({ key }) => vms.has(key) === isVm).map(({ name }) => name.toLowerCase());
    const there = new Set(others(isVm));
    return wanted.find((name, index) => there.has(name) || wanted.indexOf(name) !== index);
  });
  const twice = taken[0] ?? taken[1];
  const problem =
    pattern.trim() === ''
      ? null
      : invalid !== undefined
        ? t('rename.invalid', { name: invalid.name })
        : twice === undefined
          ? null
          : t('rename.twice', { name: twice });
  const changes = names.filter(({ name, was }) => name !== was);
  return (
    <FormDialog
      title={t('acts.rename')}
      submit={t('rename.submit')}
      possible={problem === null && pattern.trim() !== '' && changes.length > 0}
      onSubmit={() => onRename(changes)}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={t('rename.pattern')}
        description={t('rename.hint')}
        value={pattern}
        error={problem}
        autoComplete="off"
        spellCheck={false}
        maxLength={limits.nameLength}
        onChange={(event) => setPattern(event.currentTarget.value)}
      />
      {pattern.includes('#') && (
        <NumberInput
          label={t('rename.first')}
          value={first}
          min={0}
          max={99_999}
          allowDecimal={false}
          onChange={(value) => setFirst(Number(value))}
        />
      )}
      <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
        {names
          .slice(0, 4)
          .map(({ was, name }) => `${was} → ${name}`)
          .join(', ')}
        {names.length > 4 && ` ${t('rename.andMore', { count: names.length - 4 })}`}
      </Text>
    </FormDialog>
  );
}
