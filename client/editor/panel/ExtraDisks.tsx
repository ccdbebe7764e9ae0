import { ActionIcon, Group, NumberInput } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import type { ExtraDisk } from '#shared/topology/disk';
import { diskLabelSchema } from '#shared/topology/disk-schema';
import { drawingLimits } from '#shared/topology/limits';
import type { TopologyVm } from '#shared/topology/schema';
import type { VmFields } from '../document';
import { CommittedName } from './CommittedName';
import { FieldList } from './FieldList';

/** What a new disk is called, and its size in GiB. */
function nextDisk(disks: readonly ExtraDisk[]): ExtraDisk {
  const used = new Set(disks.map(({ label }) => label));
  let label = 'data';
  for (let number = 2; used.has(label); number++) label = `data${number}`;
  return { label, sizeGb: 10 };
}

interface ExtraDisksProps {
  vm: TopologyVm;
  problem: string | undefined;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

/** The disks that a VM has beside that of its flavour. */
export function ExtraDisks({ vm, problem, onChange }: ExtraDisksProps) {
  const { t } = useTranslation('editor');
  const { disks } = vm;
  const set = (index: number, change: Partial<ExtraDisk>, what: string) =>
    onChange(
      {
        disks: disks.map((old, place) => (place === index ? { ...old, ...change } : old)),
        // it is booted from the same disk by the other label
        ...(change.label !== undefined && {
          boot: vm.boot.map((device) => (device === disks[index]?.label ? (change.label ?? device) : device)),
        }),
      },
      `disk ${what} ${vm.key} ${index}`,
    );
  return (
    <FieldList
      title={t('vm.disks')}
      hint={t('vm.disksHint')}
      problem={problem}
      add={t('vm.addDisk')}
      full={disks.length >= drawingLimits.disksPerVm}
      onAdd={() => onChange({ disks: [...disks, nextDisk(disks)] })}
    >
      {disks.map((disk, index) => (
        // the position is what a row is: two may have one label while one types
        // eslint-disable-next-line react/no-array-index-key
        <Group key={index} gap={6} wrap="nowrap" align="end">
          <div style={{ flex: 1, minWidth: 0 }}>
            <CommittedName
              key={`${vm.key} ${disks.length}`}
              label={t('vm.diskLabel', { number: index + 1 })}
              value={disk.label}
              schema={diskLabelSchema}
              maxLength={drawingLimits.diskLabelLength}
              invalid={t('vm.diskLabelInvalid', { max: drawingLimits.diskLabelLength })}
              onChange={(label) => set(index, { label }, 'label')}
            />
          </div>
          <NumberInput
            label={t('vm.diskSize', { number: index + 1 })}
            w={110}
            suffix=" GiB"
            value={disk.sizeGb}
            min={1}
            max={limits.diskGb}
            clampBehavior="blur"
            allowDecimal={false}
            hideControls
            onChange={(value) => {
              if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= limits.diskGb)
                set(index, { sizeGb: value }, 'size');
            }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            mb={4}
            aria-label={t('vm.removeDisk', { label: disk.label })}
            onClick={() =>
              onChange({
                disks: disks.filter((_, place) => place !== index),
                boot: vm.boot.filter((device) => device !== disk.label),
              })
            }
          >
            <X size={15} />
          </ActionIcon>
        </Group>
      ))}
    </FieldList>
  );
}
