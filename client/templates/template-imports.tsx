import { Alert, Button, Group, List, Loader, Stack, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Problem } from '#shared/errors';
import type { ImportNote } from '#shared/topology/formats/document-types';
import { limits } from '#shared/limits';
import { spoken } from '../i18n/spoken';
import { randomKey } from '../api/random-key';
import { trpc } from '../api/trpc';
import { appErrorOf } from '../api/app-error';
import { useErrorMessage } from '../api/error-message';

/** What became of one file. */
export type ImportResult =
  | { id: string; file: string; state: 'reading' }
  | { id: string; file: string; state: 'done'; templateId: number; name: string; report: readonly ImportNote[] }
  | { id: string; file: string; state: 'failed'; message: string; problems: readonly Problem[] };

/** Imports files one after the other and keeps what became of each. */
export function useTemplateImports() {
  const { t } = useTranslation('templates');
  const utils = trpc.useUtils();
  const mutation = trpc.templates.import.useMutation();
  const errorMessage = useErrorMessage();
  const [results, setResults] = useState<ImportResult[]>([]);

  /** The sentence against a file that the server need not see, or its text. */
  const read = async (file: File): Promise<{ text: string } | { refusal: string }> => {
    if (file.size > limits.importLength)
      return { refusal: t('imports.tooLarge', { mb: limits.importLength / 1_000_000 }) };
    const text = await file.text().catch(() => null);
    if (text === null) return { refusal: t('imports.unreadable') };
    return { text };
  };

  const importOne = async (id: string, file: File): Promise<ImportResult> => {
    const content = await read(file);
    if ('refusal' in content) return { id, file: file.name, state: 'failed', message: content.refusal, problems: [] };
    try {
      const { template, report } = await mutation.mutateAsync({
        text: content.text,
        fileName: file.name.slice(0, 255),
      });
      await utils.templates.list.invalidate();
      return { id, file: file.name, state: 'done', templateId: template.id, name: template.name, report };
    } catch (error) {
      const problems = appErrorOf(error)?.problems ?? [];
      return { id, file: file.name, state: 'failed', message: errorMessage(error), problems };
    }
  };

  const importFiles = async (files: readonly File[]) => {
    for (const file of files) {
      const id = randomKey();
      setResults((current) => [...current, { id, file: file.name, state: 'reading' }]);
      const result = await importOne(id, file);
      setResults((current) => current.map((one) => (one.id === id ? result : one)));
    }
  };

  return { results, importFiles, dismiss: () => setResults([]) };
}

/** So many of one kind are shown each by itself. */
const fewAlike = 3;

function byCode(problems: readonly Problem[]): Map<string, Problem[]> {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const group = groups.get(problem.code);
    if (group === undefined) groups.set(problem.code, [problem]);
    else group.push(problem);
  }
  return groups;
}

/** What is wrong at many places of a document is said once, with its first place; the others are a click away. */
function ProblemList({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation('templates');
  if (problems.length === 0) return null;
  return (
    <List size="sm" spacing={2} mt={4} style={{ overflowWrap: 'anywhere' }}>
      {[...byCode(problems)].map(([code, alike]) =>
        alike.length <= fewAlike ? (
          alike.map((problem, place) => (
            <List.Item key={`${code}-${String(place)}`}>{spoken(problem.message, problem.sentences)}</List.Item>
          ))
        ) : (
          <List.Item key={code}>
            {alike[0] === undefined ? null : spoken(alike[0].message, alike[0].sentences)}
            <details>
              <summary>{t('imports.alike', { count: alike.length - 1 })}</summary>
              <List size="sm" spacing={2} mah={240} style={{ overflowY: 'auto' }} tabIndex={0}>
                {alike.slice(1).map((problem, place) => (
                  <List.Item key={place}>{spoken(problem.message, problem.sentences)}</List.Item>
                ))}
              </List>
            </details>
          </List.Item>
        ),
      )}
    </List>
  );
}

function ResultLine({ result }: { result: ImportResult }) {
  const { t } = useTranslation('templates');
  if (result.state === 'reading')
    return (
      <Group gap="xs">
        <Loader size="xs" />
        <Text size="sm">{t('imports.reading', { file: result.file })}</Text>
      </Group>
    );
  if (result.state === 'failed')
    return (
      <Alert variant="light" color="red" icon={<CircleAlert size={18} />}>
        <Text size="sm" fw={600}>
          {t('imports.failed', { file: result.file })}
        </Text>
        {result.message}
        <ProblemList problems={result.problems} />
      </Alert>
    );
  const warned = result.report.some(({ kind }) => kind !== 'mapped');
  return (
    <Alert
      variant="light"
      color={warned ? 'yellow' : 'weft'}
      icon={warned ? <TriangleAlert size={18} /> : <CircleCheck size={18} />}
    >
      {warned
        ? t('imports.doneWarnings', { file: result.file, name: result.name, count: result.report.length })
        : t('imports.done', { file: result.file, name: result.name })}
      <ProblemList problems={result.report} />
      <Button
        component={Link}
        to={`/templates/${String(result.templateId)}`}
        size="compact-xs"
        variant="default"
        mt={6}
        aria-label={`${t('open')}: ${result.name}`}
      >
        {t('open')}
      </Button>
    </Alert>
  );
}

/** What became of the files, above the list, until it is dismissed. */
export function ImportResults({ results, onDismiss }: { results: readonly ImportResult[]; onDismiss: () => void }) {
  const { t } = useTranslation('templates');
  if (results.length === 0) return null;
  return (
    <Stack gap="xs" mb="md" component="section" aria-label={t('imports.title')} aria-live="polite">
      {results.map((result) => (
        <ResultLine key={result.id} result={result} />
      ))}
      {results.some((result) => result.state === 'reading') ? null : (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onDismiss} style={{ alignSelf: 'flex-end' }}>
          {t('imports.dismiss')}
        </Button>
      )}
    </Stack>
  );
}
