import { Anchor, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { galleryLanguages, type GalleryItem } from '#shared/gallery/labs';
import { ErrorState } from '../api/ErrorState';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { usePageTitle } from '../hooks/page-title';
import { usePanel } from '../hooks/panel';
import { formatRam } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { PageHeader } from '../ui/PageHeader';
import { SidePanel } from '../ui/SidePanel';
import pageClasses from './GalleryPage.module.css';
import { Sketch } from './Sketch';
import classes from './Sketch.module.css';

interface LabProps {
  lab: GalleryItem;
  /** Makes a template of it; `using` while that is under way. */
  onUse: () => void;
  using: boolean;
}

function Facts({ lab }: { lab: GalleryItem }) {
  const { t, i18n } = useTranslation('templates');
  return (
    <Group gap={4}>
      <Text size="xs" c="dimmed" me={4}>
        {t('gallery.size', { count: lab.vms, ram: formatRam(lab.ramMb, i18n.language) })}
      </Text>
      {lab.tags.map((tag) => (
        <Badge key={tag} size="md" variant="default" tt="none" fw={400}>
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function UseButton({ lab, onUse, using }: LabProps) {
  const { t } = useTranslation('templates');
  return (
    <Button size="xs" loading={using} onClick={onUse} aria-label={`${t('gallery.use')}: ${lab.title}`}>
      {t('gallery.use')}
    </Button>
  );
}

function LabCard({ onOpen, ...props }: LabProps & { onOpen: () => void }) {
  const { t } = useTranslation('templates');
  const { lab } = props;
  return (
    <Paper component="li" withBorder radius="md" className={pageClasses.lab}>
      <div className={classes.large}>
        <Sketch sketch={lab.sketch} />
      </div>
      <Stack gap="xs" p="sm" flex={1}>
        <Title order={2} fz="md">
          {lab.title}
        </Title>
        <Text size="sm" c="dimmed" flex={1}>
          {lab.description}
        </Text>
        <Facts lab={lab} />
        <Group gap="xs">
          <UseButton {...props} />
          <Button size="xs" variant="default" onClick={onOpen} aria-label={`${t('gallery.details')}: ${lab.title}`}>
            {t('gallery.details')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** All of a lab: its drawing, what it is about, and its task. */
function WholeLab(props: LabProps) {
  const { t } = useTranslation('templates');
  const { lab } = props;
  return (
    <Stack gap="md">
      <div className={classes.large}>
        <Sketch sketch={lab.sketch} />
      </div>
      <Text size="sm">{lab.description}</Text>
      <Facts lab={lab} />
      <section aria-label={t('gallery.task')}>
        <Title order={3} fz="sm" mb="xs">
          {t('gallery.task')}
        </Title>
        <Stack component="ol" gap="xs" m={0} ps="lg">
          {lab.task.map((step) => (
            <Text component="li" size="sm" key={step} style={{ overflowWrap: 'anywhere' }}>
              {step}
            </Text>
          ))}
        </Stack>
      </section>
      <Group gap="xs">
        <UseButton {...props} />
        <Text size="xs" c="dimmed" flex={1}>
          {t('gallery.taskStays')}
        </Text>
      </Group>
    </Stack>
  );
}

/** Labs to begin with: what each is, and a template of it by one press. */
export function Component() {
  const { t, i18n } = useTranslation('templates');
  usePageTitle(t('gallery.title'));
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const panel = usePanel(['lab']);
  const language = galleryLanguages.find((known) => i18n.language.startsWith(known)) ?? 'en';
  const gallery = trpc.templates.gallery.useQuery({ language }, { staleTime: Infinity });
  const take = trpc.templates.createFromLab.useMutation({
    onSuccess: ({ id, name }) => {
      notifyDone(t('gallery.used', { name }));
      // in place of the panel, to which Back would lead
      void navigate(`/templates/${id}`, { replace: panel.name !== null });
    },
    onError: notifyError,
    onSettled: () => {
      void utils.templates.list.invalidate();
      void utils.templates.tags.invalidate();
    },
  });
  const labs = gallery.data?.items;
  const propsOf = (lab: GalleryItem): LabProps => ({
    lab,
    onUse: () => {
      if (!take.isPending) take.mutate({ lab: lab.lab, language });
    },
    using: take.isPending && take.variables.lab === lab.lab,
  });
  const opened = panel.name === 'lab' && panel.id !== null ? labs?.[panel.id - 1] : undefined;
  return (
    <>
      <PageHeader
        title={t('gallery.title')}
        description={t('gallery.description')}
        breadcrumbs={[
          <Anchor key="templates" component={Link} to="/templates" size="sm">
            {t('gallery.all')}
          </Anchor>,
        ]}
      />
      {labs === undefined ? (
        gallery.error === null ? (
          <LoadingRows rows={4} height={120} />
        ) : (
          <ErrorState error={gallery.error} onRetry={() => void gallery.refetch()} />
        )
      ) : (
        <ul className={pageClasses.labs}>
          {labs.map((lab, index) => (
            <LabCard key={lab.lab} {...propsOf(lab)} onOpen={() => panel.open('lab', index + 1)} />
          ))}
        </ul>
      )}
      <SidePanel opened={opened !== undefined} onClose={panel.close} title={opened?.title ?? ''} size={560}>
        {opened === undefined ? null : <WholeLab {...propsOf(opened)} />}
      </SidePanel>
    </>
  );
}
