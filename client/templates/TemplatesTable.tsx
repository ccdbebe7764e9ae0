import { Anchor, Text } from '@mantine/core';
import { Boxes, Copy, Download, Globe, Lock, LogOut, PencilLine, Share2, SquarePen, Trash2, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { DocumentFormat, TemplateSummary } from '#shared/template';
import type { Column } from '../ui/DataTable';
import { formatDisk, formatRam } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { RowMenu } from '../ui/RowMenu';
import { SortedTable } from '../ui/SortedTable';
import { StatusBadge } from '../ui/StatusBadge';

export interface TemplatesTableProps {
  templates: readonly TemplateSummary[];
  /** The server has more than these. */
  partial: boolean;
  /** Templates of others are among them. */
  withOwner?: boolean | undefined;
  onShare: (template: TemplateSummary) => void;
  onLeave: (template: TemplateSummary) => void;
  onRename: (template: TemplateSummary) => void;
  onDuplicate: (template: TemplateSummary) => void;
  onExport: (template: TemplateSummary, format: DocumentFormat) => void;
  onDelete: (template: TemplateSummary) => void;
}

type Key = 'name' | 'owner' | 'visibility' | 'vms' | 'vcpus' | 'ramMb' | 'diskGb' | 'updated' | 'actions';

const visibilityLooks = { private: Lock, shared: Users, published: Globe };

export function TemplatesTable(props: TemplatesTableProps) {
  const { templates, partial, withOwner = false, onShare, onLeave, onRename, onDuplicate, onExport, onDelete } = props;
  const { t, i18n } = useTranslation(['templates', 'common', 'sharing']);
  const navigate = useNavigate();
  /** Why something that is the owner's cannot be done, or null. */
  const ownerOnly = (template: TemplateSummary) =>
    template.access === 'own' ? null : t('sharing:ownerOnly', { owner: template.owner.name });
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
        template.owner.name
      ),
  };
  const columns: Column<TemplateSummary, Key>[] = [
    {
      key: 'name',
      header: t('columns.name'),
      sortValue: (template) => template.name,
      render: (template) => (
        <div style={{ minWidth: 0 }}>
          <Anchor component={Link} to={`/templates/${template.id}`} fw={500} style={{ overflowWrap: 'anywhere' }}>
            {template.name}
          </Anchor>
          {template.description === '' ? null : (
            <Text size="xs" c="dimmed" fw={400} lineClamp={1}>
              {template.description}
            </Text>
          )}
        </div>
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
    {
      key: 'vms',
      header: t('common:resources.vm'),
      kind: 'end',
      sortValue: (template) => template.vms,
      render: (template) => template.vms,
    },
    {
      key: 'vcpus',
      header: t('common:resources.vcpu'),
      kind: 'end',
      sortValue: (template) => template.vcpus,
      render: (template) => template.vcpus,
    },
    {
      key: 'ramMb',
      header: t('common:resources.ram'),
      kind: 'end',
      sortValue: (template) => template.ramMb,
      render: (template) => formatRam(template.ramMb, i18n.language),
    },
    {
      key: 'diskGb',
      header: t('common:resources.disk'),
      kind: 'end',
      sortValue: (template) => template.diskGb,
      render: (template) => formatDisk(template.diskGb, i18n.language),
    },
    {
      key: 'updated',
      header: t('columns.updated'),
      wide: true,
      sortValue: (template) => template.updatedAt,
      render: (template) => <RelativeTime at={template.updatedAt} />,
    },
    {
      key: 'actions',
      header: t('common:table.actions'),
      kind: 'actions',
      render: (template) => (
        <RowMenu
          name={template.name}
          actions={[
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
            { label: t('common:actions.duplicate'), icon: Copy, onClick: () => onDuplicate(template) },
            { label: t('exportTrama'), icon: Download, onClick: () => onExport(template, 'trama') },
            { label: t('exportLegacy'), icon: Download, onClick: () => onExport(template, 'legacy') },
            template.access === 'own'
              ? { label: t('common:actions.delete'), icon: Trash2, danger: true, onClick: () => onDelete(template) }
              : {
                  label: t('sharing:leave.label'),
                  icon: LogOut,
                  danger: true,
                  onClick: () => onLeave(template),
                  disabledReason: template.access === 'view' ? null : t('sharing:leave.published'),
                },
          ]}
        />
      ),
    },
  ];
  return (
    <SortedTable
      caption={t('title')}
      columns={columns}
      rows={templates}
      rowKey={(template) => template.id}
      initialSort={{ key: 'updated', direction: 'descending' }}
      partial={partial}
      onOpen={(template) => void navigate(`/templates/${template.id}`)}
    />
  );
}
