import { Button, Group, Text } from '@mantine/core';
import { Play, Square, Trash2, X } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { bulkKinds, removesSlice, type BulkKind } from '#shared/deployment/operations';
import type { SliceSummary } from '#shared/slice';
import { confirmDestroy } from '../ui/confirm';
import { useKeptFocus } from '../hooks/kept-focus';

const icons = { start: Play, stop: Square, destroy: Trash2 } as const satisfies Record<BulkKind, unknown>;

interface BulkActionsProps {
  /** The chosen ones. */
  slices: readonly SliceSummary[];
  pending: boolean;
  onStart: (kind: BulkKind, slices: readonly SliceSummary[]) => void;
  onClear: () => void;
}

/** What can be done with all chosen slices. Whether it can be done with each, its answer says. */
export function BulkActions({ slices, pending, onStart, onClear }: BulkActionsProps) {
  const { t } = useTranslation('slices');
  const frame = useRef<HTMLDivElement>(null);
  useKeptFocus(frame);
  const ask = (kind: BulkKind) => {
    if (!removesSlice(kind)) return onStart(kind, slices);
    confirmDestroy({
      title: t('bulk.destroyTitle', { count: slices.length }),
      goes: slices.map(({ name, vms }) => t('bulk.goes', { name, count: vms })),
      stays: t('destroy.staysNoTemplate'),
      confirmLabel: t('bulk.destroyConfirm', { count: slices.length }),
      onConfirm: () => onStart(kind, slices),
    });
  };
  return (
    <Group ref={frame} gap="xs" mb="sm" role="group" aria-label={t('bulk.label')} mih={36}>
      <Text size="sm" role="status">
        {slices.length === 0 ? t('bulk.none') : t('bulk.chosen', { count: slices.length })}
      </Text>
      {slices.length === 0
        ? null
        : bulkKinds.map((kind) => {
            const Icon = icons[kind];
            return (
              <Button
                key={kind}
                size="compact-md"
                variant="default"
                c={removesSlice(kind) ? 'var(--mantine-color-error)' : undefined}
                leftSection={<Icon size={14} aria-hidden />}
                loading={pending}
                onClick={() => ask(kind)}
              >
                {t(`actions.${kind}`)}
              </Button>
            );
          })}
      {slices.length === 0 ? null : (
        <Button
          size="compact-md"
          variant="subtle"
          color="gray"
          leftSection={<X size={14} aria-hidden />}
          onClick={onClear}
        >
          {t('bulk.clear')}
        </Button>
      )}
    </Group>
  );
}
