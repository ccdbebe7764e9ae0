import { Anchor, Badge, Group, Text } from '@mantine/core';
import {
  Boxes,
  Copy,
  Download,
  Globe,
  Lock,
  LogOut,
  PencilLine,
  Share2,
  SquarePen,
  Trash2,
  Users,
  Workflow,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { templateSorts, TemplateSummary } from '#shared/template';
import type { DocumentFormat } from '#shared/topology/formats/document-types';
import { NameLink } from '../layouts/NameLink';
import { useActionsColumn } from '../ui/actions-column';
import { figures, since, useResourceColumns } from '../ui/columns';
import type { Column } from '../ui/DataTable';
import type { RowAction } from '../ui/RowMenu';
import { SortedTable } from '../ui/SortedTable';
import { StatusBadge } from '../ui/StatusBadge';

export interface TemplatesTableProps {
  templates: readonly TemplateSummary[];
  /** The server has more than these. */
  partial: boolean;
  /** Templates of others are among them. */
  withOwner?: boolean | undefined;
  /** In which order the server gave them. */
  sort?: (typeof templateSorts)[number] | undefined;
  /** The drawing in small. */
  thumbnailOf?: ((template: TemplateSummary) => ReactNode) | undefined;
  /** Lists only what is filed under a tag, or what somebody owns. */
  onTag: (tag: string) => void;
  onOwner: (template: TemplateSummary) => void;
  onUses: (template: TemplateSummary) => void;
  onShare: (template: TemplateSummary) => void;
  onLeave: (template: TemplateSummary) => void;
  onRename: (template: TemplateSummary) => void;
  onDuplicate: (template: TemplateSummary) => void;
  /** Null: in a format that is to be chosen. */
  onExport: (template: TemplateSummary, format: DocumentFormat | null) => void;
  onDelete: (template: TemplateSummary) => void;
}

type Key = 'name' | 'owner' | 'visibility' | 'vms' | 'vcpus' | 'ramMb' | 'diskGb' | 'updated' | 'actions';

/** The table's own order for each of the server's; of the newest first there is no column, so they stay as they come. */
const orders = {
  updated: { key: 'updated', direction: 'descending' },
  name: { key: 'name', direction: 'ascending' },
  created: undefined,
} as const;

const visibilityLooks = { private: Lock, shared: Users, published: Globe };

export function TemplatesTable(props: TemplatesTableProps) {
  const { templates, partial, withOwner = false, sort = 'updated', thumbnailOf, onTag, onOwner, onUses } = props;
  const { onShare, onLeave, onRename, onDuplicate, onExport, onDelete } = props;
  const { t } = useTranslation(['templates', 'common', 'sharing']);
  const navigate = useNavigate();
  /** Why something that is the owner's cannot be done, or null. */
  const ownerOnly = (template: TemplateSummary) =>
    template.access === 'own' ? null : t('sharing:ownerOnly', { owner: template.owner.name });
  const actionsOf = (template: TemplateSummary): RowAction[] => [
    { label: t('open'), icon: SquarePen, onClick: () => void navigate(`/templates/${template.id}`) },
    { label: t('newSlice'), icon: Boxes, onClick: () => void navigate(`/slices?panel=new-${template.id}`) },
    {
      label: t('common:actions.rename'),
      icon: PencilLine,
      onClick: () => onRename(template),
      disabledReason: ownerOnly(template),
    },
    {
      label: t('sharing:share'),
      icon: Share2,
      onClick: () => onShare(template),
      disabledReason: ownerOnly(template),
    },
    { label: t('uses.open'), icon: Workflow, onClick: () => onUses(template) },
    { label: t('common:actions.duplicate'), icon: Copy, onClick: () => onDuplicate(template) },
    { label: t('exportTrama'), icon: Download, onClick: () => onExport(template, 'trama') },
    { label: t('exportLegacy'), icon: Download, onClick: () => onExport(template, 'legacy') },
    { label: t('exports.open'), icon: Download, onClick: () => onExport(template, null) },
    template.access === 'own'
      ? { label: t('common:actions.delete'), icon: Trash2, danger: true, onClick: () => onDelete(template) }
      : {
          label: t('sharing:leave.label'),
          icon: LogOut,
          danger: true,
          onClick: () => onLeave(template),
          disabledReason: template.access === 'published' ? t('sharing:leave.published') : null,
        },
  ];
  const owner: Column<TemplateSummary, Key> = {
    key: 'owner',
    header: t('sharing:columns.owner'),
    wide: true,
    sortValue: (template) => template.owner.name,
    render: (template) =>
      template.access === 'own' ? (
        <Text size="sm" c="dimmed">
          {t('sharing:me')}
        </Text>
      ) : (
        <Anchor
          component="button"
          type="button"
          size="sm"
          title={t('filter.ofOwner', { name: template.owner.name })}
          onClick={() => onOwner(template)}
        >
          {template.owner.name}
        </Anchor>
      ),
  };
  const columns: Column<TemplateSummary, Key>[] = [
    {
      key: 'name',
      header: t('columns.name'),
      sortValue: (template) => template.name,
      render: (template) => (
        <Group gap="sm" wrap="nowrap">
          {thumbnailOf?.(template)}
          <div style={{ minWidth: 0 }}>
            <NameLink to={`/templates/${template.id}`}>{template.name}</NameLink>
            {template.description === '' ? null : (
              <Text size="xs" c="dimmed" fw={400} lineClamp={1}>
                {template.description}
              </Text>
            )}
            {template.tags.length === 0 ? null : (
              <Group gap={4} mt={2}>
                {template.tags.map((tag) => (
                  <Badge
                    key={tag}
                    component="button"
                    type="button"
                    size="md"
                    variant="default"
                    tt="none"
                    fw={400}
                    style={{ cursor: 'pointer' }}
                    aria-label={t('filter.withTag', { tag })}
                    onClick={() => onTag(tag)}
                  >
                    {tag}
                  </Badge>
                ))}
              </Group>
            )}
          </div>
        </Group>
      ),
    },
    ...(withOwner ? [owner] : []),
    {
      key: 'visibility',
      header: t('sharing:columns.visibility'),
      wide: true,
      sortValue: (template) => template.visibility,
      render: ({ visibility }) => (
        <StatusBadge
          tone={visibility === 'private' ? 'neutral' : 'info'}
          icon={visibilityLooks[visibility]}
          label={t(`sharing:visibility.${visibility}`)}
        />
      ),
    },
    figures('vms', t('common:resources.vm'), (template) => template.vms, String),
    ...useResourceColumns<TemplateSummary>(),
    since('updated', t('columns.updated'), (template) => template.updatedAt),
    useActionsColumn<TemplateSummary>(({ name }) => name, actionsOf),
  ];
  return (
    <SortedTable
      // the order of what came is the table's, until somebody chooses another one for what is shown
      key={sort}
      caption={t('title')}
      columns={columns}
      rows={templates}
      rowKey={(template) => template.id}
      initialSort={orders[sort]}
      partial={partial}
      onOpen={(template) => void navigate(`/templates/${template.id}`)}
    />
  );
}
