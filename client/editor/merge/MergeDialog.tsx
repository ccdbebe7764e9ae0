import { Alert, Button, Fieldset, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { nameSchema } from '#shared/primitives';
import { mergeSides, type MergeSide } from '#shared/topology/merge';
import type { Topology } from '#shared/topology/schema';
import { RelativeTime } from '../../ui/RelativeTime';
import type { EditorCatalogue } from '../use-catalogue';
import type { SaveState, TwoWorks } from '../use-save';
import { partName } from '../../slices/change/part-name';
import { valueText } from '../value-text';
import { mergeWork, workConflictId, type WorkConflict } from './merge-work';
import classes from './merge.module.css';

export interface MergeDialogProps {
  save: SaveState;
  works: TwoWorks;
  catalogue: EditorCatalogue;
}

/** Two have changed the same of one template: of each such thing one is asked whose is to be taken. Nothing changes before that. */
export function MergeDialog({ save, works, catalogue }: MergeDialogProps) {
  const { t } = useTranslation(['editor', 'change', 'common']);
  const [chosen, setChosen] = useState<ReadonlyMap<string, MergeSide>>(new Map());
  const [copyName, setCopyName] = useState<string | null>(null);
  const sideOf = (conflict: WorkConflict) => chosen.get(workConflictId(conflict));
  const { conflicts } = useMemo(
    () => mergeWork(works, (conflict) => chosen.get(workConflictId(conflict))),
    [works, chosen],
  );
  const undecided = conflicts.filter((conflict) => sideOf(conflict) === undefined).length;
  const takeAll = (side: MergeSide) =>
    setChosen(new Map(conflicts.map((conflict) => [workConflictId(conflict), side])));

  return (
    <Modal
      opened
      onClose={save.keepEditing}
      title={t('conflict.title')}
      centered
      size="lg"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      {copyName === null ? (
        <Stack>
          <Text size="sm">
            {t('conflict.touching', { count: conflicts.length })} <RelativeTime at={works.at} />
          </Text>
          <FailedSave save={save} />
          <Group gap="xs">
            {mergeSides.map((side) => (
              <Button key={side} variant="default" size="xs" onClick={() => takeAll(side)}>
                {t(`conflict.all.${side}`)}
              </Button>
            ))}
          </Group>
          <Stack gap="xs" className={classes.list} role="group" aria-label={t('conflict.list')} tabIndex={0}>
            {conflicts.map((conflict) => (
              <Choice
                key={workConflictId(conflict)}
                conflict={conflict}
                works={works}
                catalogue={catalogue}
                side={sideOf(conflict)}
                onSide={(side) => setChosen((known) => new Map(known).set(workConflictId(conflict), side))}
              />
            ))}
          </Stack>
          <Group justify="space-between">
            <Group gap="xs">
              <Button variant="subtle" color="red" disabled={save.saving} onClick={() => void save.reload()}>
                {t('conflict.reload')}
              </Button>
              <Button
                variant="subtle"
                onClick={() =>
                  setCopyName(t('conflict.copyName', { name: works.mine.name }).slice(0, limits.nameLength))
                }
              >
                {t('conflict.asCopy')}
              </Button>
            </Group>
            <Group gap="xs">
              <Button variant="default" onClick={save.keepEditing}>
                {t('conflict.keep')}
              </Button>
              <Button loading={save.saving} disabled={undecided > 0} onClick={() => void save.merge(sideOf)}>
                {undecided > 0 ? t('conflict.undecided', { count: undecided }) : t('conflict.take')}
              </Button>
            </Group>
          </Group>
        </Stack>
      ) : (
        <CopyForm save={save} name={copyName} onName={setCopyName} onBack={() => setCopyName(null)} />
      )}
    </Modal>
  );
}

function FailedSave({ save }: { save: SaveState }) {
  if (save.error === null || save.error.field !== null) return null;
  return (
    <Alert color="red" variant="light">
      {save.error.message}
    </Alert>
  );
}

interface ChoiceProps {
  conflict: WorkConflict;
  works: TwoWorks;
  catalogue: EditorCatalogue;
  side: MergeSide | undefined;
  onSide: (side: MergeSide) => void;
}

function Choice({ conflict, works, catalogue, side, onSide }: ChoiceProps) {
  const { t, i18n } = useTranslation('editor');
  const { t: word } = useTranslation('change');
  const { part, label, field } = conflict;
  const named = part === 'template' ? t('conflict.template') : partName(word, { part, label });
  const legend =
    field === null
      ? t('conflict.removed', { part: named })
      : t('conflict.field', { part: named, property: word(`property.${field}`, { defaultValue: field }) });
  const textOf = (of: MergeSide): string => {
    const value = conflict[of];
    if (field === null) return value === undefined ? t('conflict.removes') : t('conflict.keeps');
    const named = field === 'startAfter' ? vmNames(value, works[of].topology) : value;
    return valueText(field, named, catalogue, i18n.language) || inShort(field, named);
  };
  return (
    <Fieldset legend={legend} p="xs" pt={4}>
      <Radio.Group value={side ?? null} onChange={(value) => onSide(value === 'theirs' ? 'theirs' : 'mine')}>
        <Group gap="md" align="flex-start" className={classes.sides}>
          {mergeSides.map((of) => (
            <Radio key={of} value={of} size="sm" label={t(`conflict.side.${of}`, { value: textOf(of) })} />
          ))}
        </Group>
      </Radio.Group>
    </Fieldset>
  );
}

const shortLength = 160;
/** What has no words of its own, as it is written; a hash says nothing. */
function inShort(field: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (field === 'password') return '•••';
  const text = JSON.stringify(value);
  return text.length <= shortLength ? text : `${text.slice(0, shortLength)}…`;
}

function vmNames(keys: unknown, { vms }: Topology): unknown {
  const names = new Map<unknown, string>(vms.map(({ key, name }) => [key, name]));
  return Array.isArray(keys) ? keys.map((key) => names.get(key) ?? '?').join(', ') : keys;
}

interface CopyFormProps {
  save: SaveState;
  name: string;
  onName: (name: string) => void;
  onBack: () => void;
}

function CopyForm({ save, name, onName, onBack }: CopyFormProps) {
  const { t } = useTranslation('editor');
  const parsed = nameSchema.safeParse(name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed.success) void save.saveAsCopy(parsed.data);
      }}
    >
      <Stack>
        <FailedSave save={save} />
        <TextInput
          label={t('conflict.copyLabel')}
          value={name}
          maxLength={limits.nameLength}
          error={save.error?.field === 'name' ? save.error.message : undefined}
          onChange={(event) => onName(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            {t('conflict.back')}
          </Button>
          <Button type="submit" loading={save.saving} disabled={!parsed.success}>
            {t('conflict.saveCopy')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
