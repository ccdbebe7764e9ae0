import { ActionIcon, Group, Stack } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { startFileSchema, type TopologyVm } from '#shared/topology/schema';
import type { Lookup } from '#shared/topology/variables';
import type { VmFields } from '../document';
import { CommittedName } from './CommittedName';
import { FieldList } from './FieldList';
import { GuestText } from './GuestText';

interface StartFilesProps {
  vm: TopologyVm;
  problem: string | undefined;
  lookup: Lookup;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

/** A router's configuration first, then what has no name of its own. */
function nextPath(used: readonly string[]): string {
  if (!used.includes('/etc/frr/frr.conf')) return '/etc/frr/frr.conf';
  let number = 1;
  while (used.includes(`/root/file${number}`)) number++;
  return `/root/file${number}`;
}

/** The files that a VM's guest is given at each start. */
export function StartFiles({ vm, problem, lookup, onChange }: StartFilesProps) {
  const { t } = useTranslation('editor');
  const { files } = vm;
  const change = (at: number, fields: { path?: string; content?: string }, what: string) =>
    onChange(
      { files: files.map((file, place) => (place === at ? { ...file, ...fields } : file)) },
      `${what} ${vm.key} ${at}`,
    );
  return (
    <FieldList
      title={t('vm.files')}
      hint={t('vm.filesHint')}
      problem={problem}
      add={t('vm.addFile')}
      full={files.length >= limits.filesPerVm}
      onAdd={() =>
        onChange({ files: [...files, { path: nextPath(files.map(({ path }) => path)), content: '', mode: '0644' }] })
      }
    >
      {files.map((file, index) => (
        // the position is what a row is: two may have one path while one types
        // eslint-disable-next-line react/no-array-index-key
        <Stack key={index} gap={4}>
          <Group gap={6} wrap="nowrap" align="end">
            <div style={{ flex: 1, minWidth: 0 }}>
              <CommittedName
                key={`${vm.key} ${files.length}`}
                label={t('vm.filePath', { number: index + 1 })}
                value={file.path}
                schema={startFileSchema.shape.path}
                maxLength={limits.filePathLength}
                invalid={t('vm.filePathInvalid')}
                onChange={(path) => change(index, { path }, 'path')}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              mb={4}
              aria-label={t('vm.removeFile', { path: file.path })}
              onClick={() => onChange({ files: files.filter((_, place) => place !== index) })}
            >
              <X size={15} />
            </ActionIcon>
          </Group>
          <GuestText
            aria-label={t('vm.fileContent', { path: file.path })}
            value={file.content}
            maxLength={limits.fileLength}
            lookup={lookup}
            onChange={(content) => change(index, { content }, 'content')}
          />
        </Stack>
      ))}
    </FieldList>
  );
}
