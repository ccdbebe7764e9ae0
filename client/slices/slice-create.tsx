import { Alert, Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { PencilLine } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { limits } from '#shared/limits';
import { appErrorOf } from '../api/app-error';
import { trpc } from '../api/trpc';
import { applyFieldErrors } from '../api/error-message';
import { nameProblem } from '../hooks/schema-errors';
import { ErrorState } from '../api/ErrorState';
import { ExpandedPreview } from './ExpandedPreview';
import { ParameterFields } from './ParameterFields';
import { PlanView } from './PlanView';
import { holdsBackDraft, problemSentences } from './problem-sentence';
import { randomKey } from '../api/random-key';
import { NewLeaseFields, useNewLease } from '../leases/NewLease';
import { LoadingRows } from '../ui/LoadingRows';
import { TemplateSelect, useTemplateChoice } from '../templates/TemplateSelect';
import { SidePanel } from '../ui/SidePanel';
import { useFreeName } from './use-free-name';
import { useParameters } from './use-parameters';
import { ZoneChooser } from './ZoneChooser';
import { isOpen, ZoneSelect } from './ZoneSelect';

export interface SliceCreateDrawerProps {
  opened: boolean;
  onClose: () => void;
  /** The template to begin with. */
  templateId?: number | undefined;
}

/** A new slice from a template in a zone, with the plan in sight before anything is made. */
export function SliceCreateDrawer({ opened, onClose, templateId }: SliceCreateDrawerProps) {
  const { t } = useTranslation('slices');
  return (
    <SidePanel opened={opened} onClose={onClose} size="lg" title={t('create.title')}>
      {/* mounted anew each time: what was typed before is not what is wanted now */}
      {opened ? <SliceCreateForm templateId={templateId} onClose={onClose} /> : null}
    </SidePanel>
  );
}

function SliceCreateForm({ templateId, onClose }: { templateId: number | undefined; onClose: () => void }) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const [failure, setFailure] = useState<string | null>(null);
  const idempotencyKey = useRef(randomKey());
  const form = useForm({
    // the lease has its own state: what is filled in depends on the zone. Here only what is wrong with it is kept
    initialValues: {
      templateId: templateId === undefined ? '' : String(templateId),
      ...{ zoneId: '', name: '', lease: null },
    },
    validate: { name: (value) => nameProblem(value) },
  });
  const template = useTemplateChoice(form.values.templateId);
  const zones = trpc.zones.list.useQuery();
  const usable = zones.data?.items.filter(isOpen) ?? [];
  // with one zone to choose there is nothing to choose
  const zoneId = form.values.zoneId !== '' ? form.values.zoneId : usable.length === 1 ? String(usable[0]?.id) : '';
  // null until a hand was laid on it; an empty field is a wish, too
  const [typed, setTyped] = useState<string | null>(null);
  const [restart, setRestart] = useState(false);
  const naming = useFreeName(typed, template.name);
  const { name } = naming;
  const target =
    form.values.templateId !== '' && zoneId !== ''
      ? { templateId: Number(form.values.templateId), zoneId: Number(zoneId) }
      : null;
  const asked = useParameters(form.values.templateId);
  const looked = target === null || asked.looked === null ? null : { ...target, ...asked.looked };
  const preview = trpc.slices.preview.useQuery(looked ?? skipToken, {
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
  const noRoom = target !== null && (preview.data?.problems.some(holdsBackDraft) ?? false);
  const lease = useNewLease(zoneId === '' ? null : Number(zoneId));
  const create = trpc.slices.create.useMutation({
    onSuccess: (slice) => {
      utils.slices.get.setData({ id: slice.id }, slice);
      void utils.slices.list.invalidate();
      // in place of the panel: Back leads to the list
      void navigate(`/slices/${slice.id}`, { replace: true });
    },
    onError: (error) => {
      // a refused wish that is changed is another wish
      idempotencyKey.current = randomKey();
      const problems = asked.refuse(appErrorOf(error)?.problems ?? []);
      if (problems.length === 0 && appErrorOf(error)?.problems !== undefined) return;
      setFailure(problems.length === 0 ? applyFieldErrors(form, error) : problemSentences(t, i18n.language, problems));
      // what was free when the plan was made may be taken now
      if (looked !== null) void utils.slices.preview.invalidate(looked);
    },
  });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setFailure(null);
        const problem = nameProblem(name);
        if (problem !== null) form.setFieldError('name', problem);
        else if (asked.isComplete() && target !== null && !noRoom && naming.free === null)
          create.mutate({
            ...target,
            ...asked.given,
            name: name.trim(),
            restartAfterReboot: restart,
            ...(lease.lease !== undefined && { lease: lease.lease }),
            idempotencyKey: idempotencyKey.current,
          });
      }}
    >
      <Stack gap="md">
        <TemplateSelect
          choice={template}
          label={t('create.template')}
          placeholder={t('create.templatePlaceholder')}
          data-autofocus={templateId === undefined || undefined}
          {...form.getInputProps('templateId')}
          onChange={(value) => form.setFieldValue('templateId', value ?? '')}
        />
        {template.error === null ? null : <ErrorState error={template.error} onRetry={template.retry} />}
        <ZoneSelect
          zones={zones.data?.items}
          {...form.getInputProps('zoneId')}
          value={zoneId}
          onChange={(value) => form.setFieldValue('zoneId', value)}
        />
        {usable.length > 1 ? (
          <ZoneChooser
            of={
              form.values.templateId === '' || asked.looked === null
                ? null
                : { templateId: Number(form.values.templateId), ...asked.looked }
            }
            onChoose={(id) => form.setFieldValue('zoneId', String(id))}
          />
        ) : null}
        {zones.error ? <ErrorState error={zones.error} onRetry={() => void zones.refetch()} /> : null}
        <TextInput
          label={t('create.name')}
          maxLength={limits.nameLength}
          {...form.getInputProps('name')}
          value={name}
          onChange={(event) => {
            form.setFieldValue('name', event.currentTarget.value);
            setTyped(event.currentTarget.value);
          }}
          error={
            form.errors['name'] ?? (naming.free === null ? undefined : t('create.nameTaken', { free: naming.free }))
          }
          data-autofocus={templateId !== undefined || undefined}
        />
        <Switch
          size="xs"
          label={t('header.restartAfterReboot')}
          checked={restart}
          onChange={(event) => setRestart(event.currentTarget.checked)}
        />
        {lease.limit === undefined ? null : (
          <NewLeaseFields
            of={{ ...lease, limit: lease.limit }}
            errors={{
              until: form.errors['lease.expiresAt'] ?? form.errors['lease'],
              atEnd: form.errors['lease.atEnd'],
            }}
            onChoose={() => form.clearErrors()}
          />
        )}
        {asked.parameters.length > 0 && (
          <section aria-label={t('create.asked')}>
            <Text fw={600} mb="xs">
              {t('create.asked')}
            </Text>
            <ParameterFields
              parameters={asked.parameters}
              values={asked.values}
              errors={asked.errors}
              names={asked.names}
              onChange={asked.set}
            />
          </section>
        )}
        {asked.outcome === null ? null : <ExpandedPreview topology={asked.outcome} />}
        {asked.excess.map((text) => (
          <Alert key={text} variant="light" color="red">
            {text}
          </Alert>
        ))}
        <section aria-label={t('create.plan')}>
          <Text fw={600} mb="xs">
            {t('create.plan')}
          </Text>
          {target === null ? (
            <Text size="sm" c="dimmed">
              {t('create.pickFirst')}
            </Text>
          ) : preview.error ? (
            <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
          ) : preview.data === undefined ? (
            <LoadingRows rows={4} height={32} />
          ) : (
            <PlanView plan={preview.data} compact waits={naming.free !== null} />
          )}
        </section>
        {target !== null && preview.data?.runnable === false ? (
          <Alert variant="light" color="yellow" icon={<PencilLine size={18} />}>
            {noRoom ? t('create.noRoom') : t('create.draftNotice')}
          </Alert>
        ) : null}
        {failure === null ? null : (
          <Alert variant="light" color="red" role="alert">
            {failure}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:actions.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending} disabled={target === null || noRoom || naming.free !== null}>
            {t('create.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
