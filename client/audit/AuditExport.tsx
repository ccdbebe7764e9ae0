import { Button, Group, Menu, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { auditFormats, type exportAuditInput } from '#shared/audit';
import { trpc } from '../api/trpc';
import { notifyDone, notifyError } from '../api/error-message';
import { downloadText } from '../hooks/download';
import { collectExport } from './collect-export';

type Query = Omit<z.input<typeof exportAuditInput>, 'cursor' | 'format'>;

const types = { csv: 'text/csv', jsonl: 'application/jsonl' };

/** Saves what the filters let through as a file. */
export function AuditExport({ query }: { query: Query }) {
  const { t } = useTranslation(['users', 'common']);
  const utils = trpc.useUtils();
  const [lines, setLines] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const save = async (format: (typeof auditFormats)[number]) => {
    const controller = new AbortController();
    stop.current = controller;
    setLines(0);
    // what is written meanwhile, this export too, must not keep it from ending
    const until = query.until ?? thisMoment();
    try {
      const file = await collectExport(
        (cursor) => utils.client.audit.export.query({ ...query, until, format, cursor }, { signal: controller.signal }),
        setLines,
        controller.signal,
      );
      if (file === null) return;
      downloadText(file.fileName, file.text, types[format]);
      notifyDone(t('audit.exported', { fileName: file.fileName }));
    } catch (error) {
      if (!controller.signal.aborted) notifyError(error);
    } finally {
      setLines(null);
    }
  };

  if (lines !== null)
    return (
      <Group gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {t('audit.exporting', { count: lines })}
        </Text>
        <Button variant="default" onClick={() => stop.current?.abort()}>
          {t('audit.cancel')}
        </Button>
      </Group>
    );
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<Download size={16} />}>
          {t('audit.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {auditFormats.map((format) => (
          <Menu.Item key={format} onClick={() => void save(format)}>
            {t(`audit.formats.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function thisMoment(): string {
  return new Date().toISOString();
}
