import { ActionIcon, Group, NativeSelect, NumberInput } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { forwardProtocols, forwardText, type Forward } from '#shared/topology/forward';
import type { TopologyVm } from '#shared/topology/schema';
import type { VmFields } from '../document';
import { FieldList } from './FieldList';

/** The first port from the usual ones that is not forwarded yet. */
function nextPort(forwards: readonly Forward[]): number {
  const used = new Set(forwards.map(({ guestPort }) => guestPort));
  const free = [22, 80, 443, 8080].find((port) => !used.has(port));
  if (free !== undefined) return free;
  let port = 8081;
  while (used.has(port)) port++;
  return port;
}

/** Ports of a VM that are to be reached through its zone's host. */
export function Forwards({
  vm,
  problem,
  onChange,
}: {
  vm: TopologyVm;
  problem: string | undefined;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}) {
  const { t } = useTranslation('editor');
  const { forwards } = vm;
  const set = (index: number, change: Partial<Forward>, join?: string) =>
    onChange({ forwards: forwards.map((old, place) => (place === index ? { ...old, ...change } : old)) }, join);
  return (
    <FieldList
      title={t('vm.forwards')}
      hint={t('vm.forwardsHint')}
      problem={problem}
      add={t('vm.addForward')}
      full={forwards.length >= limits.forwardsPerVm}
      onAdd={() => onChange({ forwards: [...forwards, { protocol: 'tcp', guestPort: nextPort(forwards) }] })}
    >
      {forwards.map((forward, index) => (
        // the position is what a row is: two may hold the same port while one types
        // eslint-disable-next-line react/no-array-index-key
        <Group key={index} gap={6} wrap="nowrap">
          <NativeSelect
            aria-label={t('vm.protocol', { number: index + 1 })}
            size="xs"
            w={72}
            data={forwardProtocols.map((protocol) => ({ value: protocol, label: protocol.toUpperCase() }))}
            value={forward.protocol}
            onChange={(event) => {
              const protocol = forwardProtocols.find((one) => one === event.currentTarget.value);
              if (protocol !== undefined) set(index, { protocol });
            }}
          />
          <NumberInput
            aria-label={t('vm.guestPort', { number: index + 1 })}
            size="xs"
            value={forward.guestPort}
            min={1}
            max={65535}
            clampBehavior="blur"
            allowDecimal={false}
            hideControls
            style={{ flex: 1 }}
            onChange={(value) => {
              if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535)
                set(index, { guestPort: value }, `port ${vm.key} ${index}`);
            }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('vm.removeForward', { port: forwardText(forward) })}
            onClick={() => onChange({ forwards: forwards.filter((_, place) => place !== index) })}
          >
            <X size={15} />
          </ActionIcon>
        </Group>
      ))}
    </FieldList>
  );
}
