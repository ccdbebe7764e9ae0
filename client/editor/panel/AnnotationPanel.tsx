import { Group, NumberInput, Select, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { lineSchema } from '#shared/primitives';
import {
  annotationColours,
  annotationInks,
  annotationSchema,
  labelSizes,
  shapeForms,
  type Annotation,
  type AnnotationFields,
} from '#shared/topology/annotations';
import type { Parameter } from '#shared/topology/parameters/schema';
import classes from './annotation-panel.module.css';
import { CommittedName } from './CommittedName';
import { CountField } from './ReplicaFields';

interface AnnotationPanelProps {
  annotation: Annotation;
  /** What its count may be said by; null where it has none, as in a slice. */
  parameters: readonly Parameter[] | null;
  problem: string | undefined;
  /** `join`: the same again is the same step of undo. */
  onChange: (fields: AnnotationFields, join?: string) => void;
  /** The keyboard goes back to it on the canvas. */
  onLeave: () => void;
}

/** What can be said of a note, a label, a shape or a group. Give it the annotation's key as `key`. */
export function AnnotationPanel({ annotation, parameters, problem, onChange, onLeave }: AnnotationPanelProps) {
  const { t } = useTranslation('editor');
  const { key } = annotation;
  return (
    <Stack
      gap="sm"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && event.target instanceof HTMLTextAreaElement) onLeave();
      }}
    >
      {(annotation.kind === 'note' || annotation.kind === 'label') && (
        <AnnotationText annotation={annotation} onChange={(text) => onChange({ text }, `text ${key}`)} />
      )}
      {annotation.kind === 'group' && (
        <CommittedName
          label={t('network.name')}
          description={t('annotation.groupHint')}
          value={annotation.name}
          schema={lineSchema}
          invalid={t('network.nameInvalid')}
          onChange={(name) => onChange({ name }, `name ${key}`)}
        />
      )}
      {annotation.kind === 'group' && parameters !== null && (
        <CountField
          count={annotation.count}
          parameters={parameters}
          problem={problem}
          onChange={(count) => onChange({ count }, `count ${key}`)}
        />
      )}
      {annotation.kind === 'label' && (
        <Select
          label={t('annotation.size')}
          data={labelSizes.map((size) => ({ value: size, label: t(`annotation.sizeIs.${size}`) }))}
          value={annotation.size}
          allowDeselect={false}
          onChange={(value) => onChange({ size: labelSizes.find((size) => size === value) ?? annotation.size })}
        />
      )}
      {annotation.kind === 'shape' && (
        <>
          <Select
            label={t('annotation.form')}
            data={shapeForms.map((form) => ({ value: form, label: t(`annotation.formIs.${form}`) }))}
            value={annotation.form}
            allowDeselect={false}
            onChange={(value) => onChange({ form: shapeForms.find((form) => form === value) ?? annotation.form })}
          />
          {annotation.form === 'line' ? (
            <Switch
              label={t('annotation.rises')}
              checked={annotation.rises}
              onChange={(event) => onChange({ rises: event.currentTarget.checked })}
            />
          ) : (
            <Switch
              label={t('annotation.filled')}
              checked={annotation.filled}
              onChange={(event) => onChange({ filled: event.currentTarget.checked })}
            />
          )}
        </>
      )}
      <ColourField value={annotation.colour} onChange={(colour) => onChange({ colour })} />
      {annotation.kind !== 'label' && (
        <Group gap="xs" grow>
          {(['width', 'height'] as const).map((side) => (
            <NumberInput
              key={side}
              label={t(`annotation.${side}`)}
              value={annotation[side]}
              min={0}
              max={limits.annotationSide}
              step={10}
              thousandSeparator=""
              onChange={(next) => typeof next === 'number' && onChange({ [side]: next }, `${side} ${key}`)}
            />
          ))}
        </Group>
      )}
      <Switch
        label={t('drawn.locked')}
        description={t('drawn.lockedHint')}
        checked={annotation.locked === true}
        onChange={(event) => onChange({ locked: event.currentTarget.checked })}
      />
    </Stack>
  );
}

interface AnnotationTextProps {
  annotation: Extract<Annotation, { kind: 'note' | 'label' }>;
  onChange: (text: string) => void;
}

/** What may not be a text stays in the field, with the reason, until it is left; then the last good one is back. */
function AnnotationText({ annotation, onChange }: AnnotationTextProps) {
  const { t } = useTranslation('editor');
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <Textarea
      data-annotation-text
      label={t('annotation.text')}
      description={t('annotation.textHint')}
      value={draft ?? annotation.text}
      maxLength={limits.noteLength}
      error={draft === null ? undefined : t('annotation.textInvalid')}
      autosize
      minRows={3}
      maxRows={14}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const valid = annotationSchema.safeParse({ ...annotation, text }).success;
        setDraft(valid ? null : text);
        if (valid) onChange(text);
      }}
      onBlur={() => setDraft(null)}
    />
  );
}

interface ColourFieldProps {
  /** Undefined where several differ. */
  value: Annotation['colour'] | undefined;
  onChange: (colour: Annotation['colour']) => void;
}

/** One of the colours that can be told apart, and read, on a light and on a dark ground. */
export function ColourField({ value, onChange }: ColourFieldProps) {
  const { t } = useTranslation('editor');
  return (
    <fieldset className={classes.colours}>
      <Text component="legend" size="sm" fw={500}>
        {t('annotation.colour')}
      </Text>
      {annotationColours.map((colour) => {
        const { light, dark } = annotationInks[colour];
        return (
          <label key={colour} className={classes.colour} title={t(`annotation.colourIs.${colour}`)}>
            <input
              type="radio"
              name="annotation-colour"
              aria-label={t(`annotation.colourIs.${colour}`)}
              checked={value === colour}
              onChange={() => onChange(colour)}
            />
            <span aria-hidden style={{ background: dark, borderColor: `light-dark(${light}, ${dark})` }} />
          </label>
        );
      })}
    </fieldset>
  );
}
