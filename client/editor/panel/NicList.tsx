import { ActionIcon, Group, NavLink, Stack, Text, VisuallyHidden } from '@mantine/core';
import { ArrowDown, ArrowUp, Spline } from 'lucide-react';
import { useMemo, useState, type MouseEvent } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { nicName } from '#shared/topology/nic-name';
import type { Topology } from '#shared/topology/schema';
import type { Command } from '../document';
import { nicsOf, swapped } from '../nics';
import { useProblemText } from '../problem-text';

interface NicListProps {
  topology: Topology;
  /** What the drawing was begun with: what had a number there keeps it. */
  base: Topology;
  vmKey: string;
  problems: readonly Problem[];
  onSelectEdge: (key: string) => void;
  onMove: (command: Command) => void;
}

/** A VM's NICs in the order in which its guest numbers them, which can be changed; they are how the keyboard gets to an edge, too. Give it the VM's key as `key`. */
export function NicList({ topology, base, vmKey, problems, onSelectEdge, onMove }: NicListProps) {
  const { t } = useTranslation('editor');
  const problemText = useProblemText();
  const [told, setTold] = useState('');
  const names = new Map([...topology.vms, ...topology.networks].map(({ key, name }) => [key, name]));
  const nics = useMemo(() => nicsOf(topology, vmKey, base), [topology, vmKey, base]);
  const move = (at: number, to: number) => (event: MouseEvent<HTMLButtonElement>) => {
    const [nic, other] = [nics[at], nics[to]];
    if (nic === undefined || other === undefined) return;
    const button = event.currentTarget;
    flushSync(() => {
      onMove(swapped(nic, other));
      setTold(t('links.moved', { name: names.get(nic.peer) ?? '?', nic: nicName(other.index) }));
    });
    // its row may have been taken out and put in again
    button.focus();
  };
  return (
    <Stack gap={2} role="group" aria-label={t('links.title', { count: nics.length })}>
      <Text size="sm" fw={500}>
        {t('links.title', { count: nics.length })}
      </Text>
      {nics.length !== 1 && (
        <Text size="xs" c="dimmed">
          {t(nics.length === 0 ? 'links.none' : 'links.orderHint')}
        </Text>
      )}
      {nics.map(({ edgeKey, end, index, peer }, at) => {
        const problem = problems.find((one) => one.edge === edgeKey && one.field === `${end}OwnNic`);
        const nic = nicName(index);
        return (
          <div key={edgeKey}>
            <Group gap={2} wrap="nowrap">
              <Text size="xs" c="dimmed" ff="monospace" miw="5ch">
                {nic}
              </Text>
              <NavLink
                component="button"
                type="button"
                py={4}
                label={t('links.to', { name: names.get(peer) ?? '?' })}
                leftSection={<Spline size={14} aria-hidden />}
                onClick={() => onSelectEdge(edgeKey)}
              />
              {nics.length > 1 &&
                (
                  [
                    ['up', at - 1],
                    ['down', at + 1],
                  ] as const
                ).map(([way, to]) => {
                  const Arrow = way === 'up' ? ArrowUp : ArrowDown;
                  const isEnd = nics[to] === undefined;
                  return (
                    // one that is at an end keeps the keyboard
                    <ActionIcon
                      key={way}
                      variant="subtle"
                      color="gray"
                      aria-label={t(`links.${way}`, { nic, name: names.get(peer) ?? '?' })}
                      aria-disabled={isEnd}
                      data-disabled={isEnd || undefined}
                      onClick={move(at, to)}
                    >
                      <Arrow size={14} aria-hidden />
                    </ActionIcon>
                  );
                })}
            </Group>
            {problem !== undefined && (
              <Text size="xs" c="var(--mantine-color-error)">
                {problemText(problem)}
              </Text>
            )}
          </div>
        );
      })}
      <VisuallyHidden role="status">{told}</VisuallyHidden>
    </Stack>
  );
}
