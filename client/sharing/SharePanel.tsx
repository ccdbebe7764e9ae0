import { ActionIcon, Button, Group, NativeSelect, Stack, Switch, Text, Title, Tooltip } from '@mantine/core';
import { UserPlus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { emailSchema } from '#shared/auth';
import { shareLevels, templateShareLevels, type Share } from '#shared/sharing';
import type { TemplateSummary } from '#shared/template';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { useSession } from '../hooks/session';
import { FormAlert } from '../ui/FormAlert';
import { LoadingRows } from '../ui/LoadingRows';
import { SidePanel } from '../ui/SidePanel';
import { notifyError } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { PersonField } from './PersonField';
import classes from './SharePanel.module.css';

interface SharePanelProps {
  opened: boolean;
  onClose: () => void;
}

/** With whom a template is shared, and whether it is published. */
export function TemplateSharePanel({ template, onClose }: { template: TemplateSummary | null; onClose: () => void }) {
  const { t } = useTranslation('sharing');
  return (
    <SidePanel
      opened={template !== null}
      onClose={onClose}
      title={template === null ? '' : t('title', { name: template.name })}
    >
      {template === null ? null : <TemplateShares key={template.id} template={template} />}
    </SidePanel>
  );
}

function TemplateShares({ template }: { template: TemplateSummary }) {
  const { t } = useTranslation('sharing');
  const utils = trpc.useUtils();
  const { id } = template;
  const list = trpc.templates.shares.useQuery({ id });
  const share = trpc.templates.share.useMutation();
  const unshare = trpc.templates.unshare.useMutation();
  const keep = (shares: { items: Share[] }) => {
    utils.templates.shares.setData({ id }, shares);
    void utils.templates.list.invalidate();
    void utils.templates.get.invalidate({ id });
  };
  const keepOrSay = (answer: Promise<{ items: Share[] }>) =>
    answer.then(keep, (error: unknown) => {
      notifyError(error);
      void list.refetch();
    });
  return (
    <Stack gap="lg">
      <ShareForm
        levels={templateShareLevels}
        help={(level) => t(`templateHelp.${level}`)}
        save={async (input) => keep(await share.mutateAsync({ id, ...input }))}
      />
      <ShareList
        levels={templateShareLevels}
        onLevel={({ user }, level) => keepOrSay(share.mutateAsync({ id, email: user.email, level }))}
        shares={list.data?.items}
        error={list.error}
        onRetry={() => void list.refetch()}
        onRemove={({ user }) => keepOrSay(unshare.mutateAsync({ id, userId: user.id }))}
      />
      <PublishSwitch template={template} />
    </Stack>
  );
}

function PublishSwitch({ template }: { template: TemplateSummary }) {
  const { t } = useTranslation('sharing');
  const utils = trpc.useUtils();
  const may = useSession().can('templates:publish');
  const [published, setPublished] = useState(template.visibility === 'published');
  const publish = trpc.templates.publish.useMutation({
    onError: (error, input) => {
      setPublished(!input.published);
      notifyError(error);
    },
    onSettled: () => void utils.templates.invalidate(),
  });
  // what somebody with the right has published can be taken back by its owner only with the right, too
  return (
    <Switch
      label={t('publish.label')}
      description={may ? t('publish.help') : t('publish.notAllowed')}
      checked={published}
      disabled={!may || publish.isPending}
      onChange={(event) => {
        const next = event.currentTarget.checked;
        setPublished(next);
        publish.mutate({ id: template.id, published: next });
      }}
    />
  );
}

/** With whom a slice is shared, and for what. */
export function SliceSharePanel({ slice, opened, onClose }: SharePanelProps & { slice: { id: number; name: string } }) {
  const { t } = useTranslation('sharing');
  return (
    <SidePanel opened={opened} onClose={onClose} title={t('title', { name: slice.name })}>
      {opened ? <SliceShares id={slice.id} /> : null}
    </SidePanel>
  );
}

function SliceShares({ id }: { id: number }) {
  const { t } = useTranslation('sharing');
  const utils = trpc.useUtils();
  const list = trpc.slices.shares.useQuery({ id });
  const share = trpc.slices.share.useMutation();
  const unshare = trpc.slices.unshare.useMutation();
  const keep = (shares: { items: Share[] }) => utils.slices.shares.setData({ id }, shares);
  const keepOrSay = (answer: Promise<{ items: Share[] }>) =>
    answer.then(keep, (error: unknown) => {
      notifyError(error);
      void list.refetch();
    });
  return (
    <Stack gap="lg">
      <ShareForm
        levels={shareLevels}
        help={(level) => t(`levelHelp.${level}`)}
        save={async (input) => keep(await share.mutateAsync({ id, ...input }))}
      />
      <ShareList
        levels={shareLevels}
        shares={list.data?.items}
        error={list.error}
        onRetry={() => void list.refetch()}
        onLevel={({ user }, level) => keepOrSay(share.mutateAsync({ id, email: user.email, level }))}
        onRemove={({ user }) => keepOrSay(unshare.mutateAsync({ id, userId: user.id }))}
      />
    </Stack>
  );
}

type Level = Share['level'];
const formSchema = z.strictObject({ email: emailSchema, level: z.string() });

interface ShareFormProps<Some extends Level> {
  /** What it can be shared for, where that differs. */
  levels: readonly [Some, ...Some[]];
  help: (level: Some) => string;
  save: (input: { email: string; level: Some }) => Promise<void>;
}

/** With whom else: an address, and for what where that differs. */
export function ShareForm<Some extends Level>({ levels, help, save }: ShareFormProps<Some>) {
  const { t } = useTranslation('sharing');
  const chosen = (value: string) => levels.find((level) => level === value) ?? levels[0];
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: formSchema,
    initialValues: { email: '', level: levels[0] as string },
    save: async ({ email, level }) => {
      await save({ email, level: chosen(level) });
      form.setFieldValue('email', '');
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="xs">
        <FormAlert message={alert} />
        <PersonField label={t('add.email')} data-autofocus {...form.getInputProps('email')} value={form.values.email} />
        <Group gap="xs" align="flex-end">
          {levels.length > 1 ? (
            <NativeSelect
              label={t('add.level')}
              data={levels.map((value) => ({ value, label: t(`level.${value}`) }))}
              flex={1}
              {...form.getInputProps('level')}
            />
          ) : null}
          <Button type="submit" loading={saving} leftSection={<UserPlus size={15} />}>
            {t('add.submit')}
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          {help(chosen(form.values.level))}
        </Text>
      </Stack>
    </form>
  );
}

interface ShareListProps<Some extends Level> {
  shares: readonly Share[] | undefined;
  error: unknown;
  onRetry: () => void;
  onRemove: (share: Share) => Promise<unknown>;
  levels?: readonly Some[];
  onLevel?: ((share: Share, level: Some) => Promise<unknown>) | undefined;
}

/** With whom something is shared, each with a button that ends it. */
export function ShareList<Some extends Level>(props: ShareListProps<Some>) {
  const { shares, error, onRetry, onRemove, levels, onLevel } = props;
  const { t } = useTranslation('sharing');
  const heading = useRef<HTMLHeadingElement>(null);
  // the button that had the focus goes with its row
  const remove = async (share: Share) => {
    await onRemove(share);
    heading.current?.focus();
  };
  return (
    <section aria-label={t('with')}>
      <Title ref={heading} order={3} fz="sm" mb="xs" tabIndex={-1} style={{ outline: 'none' }}>
        {t('with')}
      </Title>
      {shares === undefined ? (
        error === null ? (
          <LoadingRows rows={2} height={44} />
        ) : (
          <ErrorState error={error} onRetry={onRetry} />
        )
      ) : shares.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('nobody')}
        </Text>
      ) : (
        <ul className={classes.list}>
          {shares.map((share) => (
            <ShareRow key={share.user.id} share={share} onRemove={remove} levels={levels ?? []} onLevel={onLevel} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface ShareRowProps<Some extends Level> extends Pick<ShareListProps<Some>, 'onRemove' | 'onLevel'> {
  share: Share;
  levels: readonly Some[];
}

function ShareRow<Some extends Level>({ share, onRemove, levels, onLevel }: ShareRowProps<Some>) {
  const { t } = useTranslation('sharing');
  const [busy, setBusy] = useState(false);
  const { name, email } = share.user;
  const run = (work: Promise<unknown>) => {
    setBusy(true);
    void work.finally(() => setBusy(false));
  };
  return (
    <li className={classes.row}>
      <div className={classes.person}>
        <Text size="sm" truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed" truncate title={email}>
          {email}
        </Text>
      </div>
      {onLevel === undefined ? null : (
        <NativeSelect
          size="xs"
          aria-label={t('levelOf', { name })}
          data={levels.map((value) => ({ value, label: t(`level.${value}`) }))}
          value={share.level}
          disabled={busy}
          onChange={(event) => {
            const level = levels.find((known) => known === event.currentTarget.value);
            if (level !== undefined) run(onLevel(share, level));
          }}
        />
      )}
      <Tooltip label={t('remove', { name })}>
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={busy}
          aria-label={t('remove', { name })}
          onClick={() => run(onRemove(share))}
        >
          <X size={16} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
