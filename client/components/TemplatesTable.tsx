import { Anchor, Text } from '@mantine/core';
import { Boxes, Copy, Download, PencilLine, SquarePen, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { DocumentFormat, TemplateSummary } from '#shared/template';
import type { Column } from '../ui/DataTable';
import { formatDisk, formatRam } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { RowMenu } from '../ui/RowMenu';
import { SortedTable } from '../ui/SortedTable';

export interface TemplatesTableProps {
  templates: readonly TemplateSummary[];
  /** The server has more than these. */
  partial: boolean;
  onRename: (template: TemplateSummary) => void;
  onDuplicate: (template: TemplateSummary) => void;
  onExport: (template: TemplateSummary, format: DocumentFormat) => void;
  onDelete: (template: TemplateSummary) => void;
}

type Key = 'name' | 'vms' | 'vcpus' | 'ramMb' | 'diskGb' | 'updated' | 'actions';

export function TemplatesTable(props: TemplatesTableProps) {
  const { templates, partial, onRename, onDuplicate, onExport, onDelete } = props;
  const { t, i18n } = useTranslation(['templates', 'common']);
  const navigate = useNavigate();
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
            { label: t('newSlice'), icon: Boxes, onClick: () => void navigate(`/slices?template=${template.id}`) },
            { label: t('common:actions.rename'), icon: PencilLine, onClick: () => onRename(template) },
            { label: t('common:actions.duplicate'), icon: Copy, onClick: () => onDuplicate(template) },
            { label: t('exportTrama'), icon: Download, onClick: () => onExport(template, 'trama') },
            { label: t('exportLegacy'), icon: Download, onClick: () => onExport(template, 'legacy') },
            { label: t('common:actions.delete'), icon: Trash2, danger: true, onClick: () => onDelete(template) },
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
