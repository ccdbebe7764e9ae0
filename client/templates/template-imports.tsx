import { Alert, Button, Group, List, Loader, Stack, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Problem } from '#shared/errors';
import { noteKinds } from '#shared/topology/formats/document-types';
import { spoken } from '../i18n/spoken';
import type { ImportResult } from './use-template-imports';

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
  if (result.state === 'passedOver')
    return (
      <Alert variant="light" color="gray" icon={<Info size={18} />}>
        <Text size="sm">{t('imports.passedOver', { file: result.file, count: result.names.length })}</Text>
        {result.names.length === 0 ? null : (
          <details>
            <summary>{t('imports.passedOverNames')}</summary>
            <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
              {result.names.slice(0, 200).join(', ')}
            </Text>
          </details>
        )}
      </Alert>
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
        ? t('imports.doneWarnings', {
            file: result.file,
            name: result.name,
            count: result.report.filter(({ kind }) => kind !== 'mapped').length,
          })
        : t('imports.done', { file: result.file, name: result.name })}
      {noteKinds.map((kind) => {
        const notes = result.report.filter((note) => note.kind === kind);
        if (notes.length === 0) return null;
        return (
          <div key={kind}>
            <Text size="xs" fw={600} mt={6}>
              {t(`imports.kinds.${kind}`)}
            </Text>
            <ProblemList problems={notes} />
          </div>
        );
      })}
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
