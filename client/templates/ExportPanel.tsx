import { Button, Stack, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TemplateSummary } from '#shared/template';
import { documentFormats, type DocumentFormat } from '#shared/topology/formats/document-types';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { downloadBlob, downloadText } from '../hooks/download';
import { SidePanel } from '../ui/SidePanel';
import { pngOfSvg } from './png-of-svg';

const types: Record<DocumentFormat, string> = {
  trama: 'application/json',
  'trama-yaml': 'application/yaml',
  legacy: 'application/json',
  containerlab: 'application/yaml',
  graphml: 'application/xml',
  drawio: 'application/xml',
  dot: 'text/vnd.graphviz',
  hot: 'application/yaml',
  svg: 'image/svg+xml',
};

/** A template as a file, in any format that is written. */
export function ExportPanel({ template, onClose }: { template: TemplateSummary; onClose: () => void }) {
  const { t } = useTranslation('templates');
  const utils = trpc.useUtils();
  const [working, setWorking] = useState<DocumentFormat | 'png' | null>(null);
  const save = async (format: DocumentFormat | 'png') => {
    setWorking(format);
    try {
      const wanted = format === 'png' ? 'svg' : format;
      const file = await utils.templates.export.fetch({ id: template.id, format: wanted }, { staleTime: 0 });
      const fileName = format === 'png' ? file.fileName.replace(/\.svg$/, '.png') : file.fileName;
      if (format === 'png') downloadBlob(fileName, await pngOfSvg(file.text));
      else downloadText(fileName, file.text, types[format]);
      notifyDone(t('exported', { fileName }));
    } catch (error) {
      notifyError(error);
    } finally {
      setWorking(null);
    }
  };
  return (
    <SidePanel opened onClose={onClose} title={t('exports.title', { name: template.name })}>
      <Stack gap="md">
        {[...documentFormats, 'png' as const].map((format) => (
          <div key={format}>
            <Button
              variant="default"
              fullWidth
              justify="start"
              leftSection={<Download size={16} />}
              loading={working === format}
              onClick={() => void save(format)}
            >
              {t(`exports.formats.${format}`)}
            </Button>
            <Text size="xs" c="dimmed" mt={2}>
              {t(`exports.keeps.${format}`)}
            </Text>
          </div>
        ))}
      </Stack>
    </SidePanel>
  );
}
