import { Code, Text } from '@mantine/core';
import { SearchCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Image } from '#shared/image';
import type { CatalogueTableProps } from './CataloguePage';
import { CatalogueTable } from './CatalogueTable';
import { useCatalogueReasons } from './catalogue-reasons';
import type { Column } from '../ui/DataTable';
import { useSession } from '../hooks/session';
import { formatDisk, formatRam } from '../ui/format';
import { ImageBadge, stateOf } from './ImageBadge';

export interface ImagesTableProps extends CatalogueTableProps<Image> {
  images: readonly Image[];
  onCheck: (image: Image) => void;
}

type Key = 'name' | 'kind' | 'source' | 'minimum' | 'size' | 'login' | 'consoles';

export function ImagesTable({ images, onCheck, ...props }: ImagesTableProps) {
  const { t, i18n } = useTranslation(['catalogue', 'common']);
  const reasons = useCatalogueReasons(props.mayManage);
  const me = useSession().user?.id;
  const minimum = (image: Image) => {
    const parts = [];
    if (image.minRamMb > 0) parts.push(`${formatRam(image.minRamMb, i18n.language)} ${t('common:resources.ram')}`);
    if (image.minDiskGb > 0) parts.push(`${formatDisk(image.minDiskGb, i18n.language)} ${t('common:resources.disk')}`);
    return parts.length === 0 ? '–' : parts.join(', ');
  };
  const columns: Column<Image, Key>[] = [
    {
      key: 'name',
      header: t('name'),
      sortValue: (image) => image.name,
      render: (image) => (
        <div style={{ minWidth: 0 }}>
          {image.name}
          {image.owner === null ? null : (
            <Text size="xs" c="dimmed" fw={400}>
              {`${image.owner.id === me ? t('own.mine') : t('own.owner', { name: image.owner.name })} · ${t(`own.visible.${image.visibility}`)}`}
            </Text>
          )}
          {image.description === '' ? null : (
            <Text size="xs" c="dimmed" fw={400} lineClamp={4} maw={320}>
              {image.description}
            </Text>
          )}
        </div>
      ),
    },
    {
      key: 'kind',
      wide: true,
      header: t('images.kind'),
      sortValue: (image) => image.kind,
      render: (image) => t(`images.kinds.${image.kind}`),
    },
    {
      key: 'source',
      header: t('images.source'),
      wide: true,
      render: (image) => (
        <Code
          title={image.sha256 === null ? undefined : `SHA-256 ${image.sha256}`}
          style={{ overflowWrap: 'anywhere', display: 'inline-block', minWidth: '10rem', maxWidth: '18rem' }}
        >
          {image.owner === null ? image.source : (image.sha256 ?? '')}
        </Code>
      ),
    },
    {
      key: 'minimum',
      header: t('images.minimum'),
      wide: true,
      sortValue: (image) => image.minRamMb,
      render: minimum,
    },
    {
      key: 'size',
      header: t('images.size'),
      kind: 'end',
      sortValue: (image) => image.sizeMb ?? 0,
      render: (image) =>
        image.sizeMb === null ? <span title={t('images.sizeUnknown')}>–</span> : formatRam(image.sizeMb, i18n.language),
    },
    {
      key: 'login',
      header: t('images.login'),
      wide: true,
      render: ({ login }) => {
        if (login === null) return '–';
        return login.password === null
          ? t('images.loginFree', { user: login.user })
          : t('images.loginAsked', { user: login.user, password: login.password });
      },
    },
    {
      key: 'consoles',
      header: t('images.consoles'),
      render: (image) => image.consoles.map((kind) => t(`images.console.${kind}`)).join(', '),
    },
  ];
  return (
    <CatalogueTable
      {...props}
      caption={t('images.title')}
      entries={images}
      columns={columns}
      initialSort={props.partial ? undefined : { key: 'name', direction: 'ascending' }}
      state={{
        wide: true,
        sortValue: (image) => (image.retiredAt === null ? stateOf(image).state : 'retired'),
        render: (image) => <ImageBadge image={image} />,
      }}
      retireLabel={(image) => (image.owner === null ? t('retire') : t('own.delete'))}
      actions={(image) => [
        {
          label: t('images.check'),
          icon: SearchCheck,
          onClick: () => onCheck(image),
          disabledReason: reasons.check(image),
        },
      ]}
    />
  );
}
