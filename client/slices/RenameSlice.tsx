import { ActionIcon, Button, Group, Popover, TextInput, Tooltip } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { trpc } from '../api/trpc';
import { applyFieldErrors, notifyError } from '../api/error-message';
import { nameProblem } from '../hooks/schema-errors';

/** The pencil beside the name, with its small form; `reason`: why it cannot be renamed. */
export function RenameSlice({ id, name, reason }: { id: number; name: string; reason: string | null }) {
  const { t } = useTranslation(['slices', 'common']);
  const [opened, setOpened] = useState(false);
  const utils = trpc.useUtils();
  const form = useForm({
    initialValues: { name },
    validate: { name: (value) => nameProblem(value) },
  });
  const rename = trpc.slices.rename.useMutation({
    onSuccess: (slice) => {
      utils.slices.get.setData({ id }, (known) => known && { ...known, name: slice.name });
      void utils.slices.list.invalidate();
      setOpened(false);
    },
    onError: (error) => {
      if (applyFieldErrors(form, error) !== null) notifyError(error);
    },
  });
  const open = () => {
    form.setValues({ name });
    form.clearErrors();
    setOpened(true);
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="bottom-start" withArrow>
      <Popover.Target>
        <Tooltip label={reason ?? t('header.rename')} multiline maw={320}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('header.rename')}
            data-disabled={reason !== null || undefined}
            aria-disabled={reason !== null || undefined}
            aria-description={reason ?? undefined}
            onClick={reason === null ? open : undefined}
          >
            <Pencil size={14} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('header.rename')}>
        <form onSubmit={form.onSubmit((values) => rename.mutate({ id, name: values.name.trim() }))}>
          <Group align="flex-end" gap="xs">
            <TextInput label={t('header.newName')} data-autofocus {...form.getInputProps('name')} />
            <Button type="submit" loading={rename.isPending}>
              {t('common:actions.rename')}
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
