import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { drawingLimits } from '#shared/topology/limits';
import { alike } from '#shared/topology/properties';
import { commandLineSchema, type TopologyVm } from '#shared/topology/schema';
import type { Lookup } from '#shared/topology/variables';
import type { VmFields } from '../document';
import { GuestText } from './GuestText';

interface CommandsFieldProps {
  vm: TopologyVm;
  problem: string | undefined;
  lookup: Lookup;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
/** Of what is typed, what can be taken. */
const takenOf = (text: string) =>
  linesOf(text)
    .flatMap((line) => commandLineSchema.safeParse(line).data ?? [])
    .slice(0, drawingLimits.execPerVm);

/** The commands that are run in a VM's guest after its boot, one a line. */
export function CommandsField({ vm, problem, lookup, onChange }: CommandsFieldProps) {
  const { t } = useTranslation('editor');
  // what is typed has empty lines, too
  const [typed, setTyped] = useState('');
  const isTyped = alike(takenOf(typed), vm.exec);
  const value = isTyped ? typed : vm.exec.join('\n');
  const isTooMuch = linesOf(value).length > vm.exec.length;
  return (
    <GuestText
      label={t('vm.exec')}
      description={t('vm.execHint')}
      error={
        isTooMuch ? t('vm.execInvalid', { lines: drawingLimits.execPerVm, length: drawingLimits.execLength }) : problem
      }
      value={value}
      lookup={lookup}
      onChange={(text) => {
        setTyped(text);
        onChange({ exec: takenOf(text) }, `exec ${vm.key}`);
      }}
    />
  );
}
