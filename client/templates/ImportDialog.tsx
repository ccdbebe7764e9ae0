import { Button, Group, List, Modal, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueFlavour, CatalogueImage } from '#shared/topology/catalogue';
import type { KindUse, ReadableFormat } from '#shared/topology/formats/document-types';
import { formatRam } from '../ui/format';
import { byName } from '../ui/sort';

/** What is asked before documents with kinds of machines are imported. */
export interface ImportQuestion {
  files: { file: string; format: ReadableFormat; vms: number; networks: number; edges: number }[];
  /** Of all documents, with what was chosen last or is guessed. */
  kinds: KindUse[];
  flavours: readonly CatalogueFlavour[];
  images: readonly CatalogueImage[];
}

interface ImportDialogProps {
  question: ImportQuestion;
  onImport: (kinds: KindUse[]) => void;
  onCancel: () => void;
}

const living = <Item extends { name: string; retiredAt: string | null }>(items: readonly Item[], language: string) =>
  items.filter(({ retiredAt }) => retiredAt === null).toSorted(byName(language));

/** Asks which flavour and image each kind of machine of the documents is to have. */
export function ImportDialog({ question, onImport, onCancel }: ImportDialogProps) {
  const { t, i18n } = useTranslation(['templates', 'common']);
  const [kinds, setKinds] = useState(question.kinds);
  const flavours = living(question.flavours, i18n.language).map(({ id, name, ramMb }) => ({
    value: String(id),
    label: `${name} (${formatRam(ramMb, i18n.language)})`,
  }));
  const images = living(question.images, i18n.language).map(({ id, name }) => ({ value: String(id), label: name }));
  const tooSmall = ({ flavourId, imageId }: KindUse) => {
    const flavour = question.flavours.find(({ id }) => id === flavourId);
    const image = question.images.find(({ id }) => id === imageId);
    if (flavour === undefined || image === undefined) return false;
    return image.minRamMb > flavour.ramMb || image.minDiskGb > flavour.diskGb;
  };
  const change = (kind: string | null, fields: Partial<KindUse>) =>
    setKinds((current) => current.map((one) => (kind === null || one.kind === kind ? { ...one, ...fields } : one)));
  const row = (name: string, what: string, use: KindUse | null) => (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="xs" verticalSpacing={4} key={what} role="group" aria-label={name}>
      <Text size="sm" fw={use === null ? 600 : 400} style={{ overflowWrap: 'anywhere', alignSelf: 'center' }}>
        {name}
      </Text>
      <Select
        aria-label={t('imports.flavourOf', { kind: name })}
        placeholder={use === null ? t('imports.flavour') : undefined}
        size="xs"
        data={flavours}
        value={use === null ? null : String(use.flavourId)}
        error={use !== null && tooSmall(use) ? t('imports.tooSmall') : undefined}
        allowDeselect={false}
        searchable={flavours.length > 12}
        onChange={(value) => value !== null && change(use === null ? null : use.kind, { flavourId: Number(value) })}
      />
      <Select
        aria-label={t('imports.imageOf', { kind: name })}
        placeholder={use === null ? t('imports.image') : undefined}
        size="xs"
        data={images}
        value={use === null ? null : String(use.imageId)}
        allowDeselect={false}
        searchable={images.length > 12}
        onChange={(value) => value !== null && change(use === null ? null : use.kind, { imageId: Number(value) })}
      />
    </SimpleGrid>
  );

  return (
    <Modal
      opened
      onClose={onCancel}
      title={t('imports.ask.title')}
      size="lg"
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Stack gap="sm">
        <List size="sm" spacing={2} style={{ overflowWrap: 'anywhere' }}>
          {question.files.map((file, place) => (
            <List.Item key={`${file.file} ${String(place)}`}>
              {t('imports.ask.file', {
                file: file.file,
                format: t(`imports.formats.${file.format}`),
                vms: file.vms,
                networks: file.networks,
                edges: file.edges,
              })}
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed">
          {t('imports.ask.hint')}
        </Text>
        {kinds.length > 1 ? row(t('imports.ask.all'), 'all', null) : null}
        {kinds.map((use) =>
          row(
            t('imports.ask.kind', { kind: use.kind === '' ? t('imports.ask.kindless') : use.kind, count: use.count }),
            `kind ${use.kind}`,
            use,
          ),
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('common:actions.cancel')}
          </Button>
          <Button disabled={kinds.some(tooSmall)} onClick={() => onImport(kinds)} data-autofocus>
            {t('import')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
