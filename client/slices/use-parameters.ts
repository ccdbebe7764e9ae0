import { useDebouncedValue } from '@mantine/hooks';
import { skipToken } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import type { Topology } from '#shared/topology/schema';
import { expand } from '#shared/topology/parameters/expand';
import { isParametric, parametersOf } from '#shared/topology/parameters/parameters';
import type { ParameterValues } from '#shared/topology/parameters/schema';
import { withSecretsApart } from '#shared/topology/parameters/secrets';
import { fillingOf, isOfValue, valueField } from '#shared/topology/parameters/values';
import { trpc } from '../api/trpc';
import { useCatalogue } from '../editor/use-catalogue';
import { problemText } from './problem-sentence';

const nothing = { flavours: [], images: [] };

/** What a template asks for, what was answered, and what that comes to. */
export function useParameters(templateId: string) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const template = trpc.templates.get.useQuery(templateId === '' ? skipToken : { id: Number(templateId) });
  const topology: Topology | undefined = template.data?.topology;
  // answers to one template are none to another
  const [answers, setAnswers] = useState<{ of: string; values: ParameterValues }>({ of: templateId, values: {} });
  const values = useMemo(() => (answers.of === templateId ? answers.values : {}), [answers, templateId]);
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const catalogue = useCatalogue().data ?? nothing;
  const parameters = topology === undefined ? [] : parametersOf(topology);

  const { open, problems, outcome } = useMemo(() => {
    if (topology === undefined || !isParametric(topology)) return { open: {}, problems: [], outcome: null };
    const read = fillingOf(topology, values, { catalogue, withoutSecrets: true });
    const made = read.problems.length > 0 ? null : expand(topology, read.filling);
    return {
      // nothing of a secret is looked at, and what is looked at goes by an address
      open: withSecretsApart(topology, values).values,
      problems: [...read.problems, ...(made?.problems ?? [])],
      outcome: made?.expanded?.topology ?? null,
    };
  }, [topology, values, catalogue]);
  const [settled] = useDebouncedValue(open, 300);

  const text = (problem: Problem) => problemText(t, i18n.language, problem).what;
  const all = [...problems, ...refused];
  const errors = new Map(
    parameters.flatMap(({ name }): [string, string][] => {
      const problem = all.find(({ field }) => field === valueField(name));
      return problem === undefined ? [] : [[name, text(problem)]];
    }),
  );
  return {
    parameters,
    values,
    errors,
    names: {
      flavour: namesIn(catalogue.flavours),
      image: namesIn(catalogue.images),
    },
    /** What is wrong with all of it together, and not with one answer. */
    excess: problems.filter((problem) => !isOfValue(problem)).map(text),
    /** The plain drawing; null for a template that is plain itself, or while something is wrong. */
    outcome,
    /** What a preview is asked with: nothing while something is wrong. */
    looked: problems.length > 0 ? null : Object.keys(settled).length === 0 ? {} : { values: settled },
    /** What a slice is made with. */
    given: Object.keys(values).length === 0 ? {} : { values },
    set(name: string, value: ParameterValues[string] | undefined) {
      const { [name]: _before, ...rest } = values;
      setAnswers({ of: templateId, values: value === undefined ? rest : { ...rest, [name]: value } });
      setRefused((before) => before.filter(({ field }) => field !== valueField(name)));
    },
    /** Whether all that has to be answered is; what is not is told on its field. */
    isComplete(): boolean {
      if (topology === undefined) return true;
      const missing = fillingOf(topology, values, { catalogue }).problems;
      setRefused(missing);
      return missing.length === 0 && problems.length === 0;
    },
    /** Takes what the server has said of answers; what is left is said elsewhere. */
    refuse(said: readonly Problem[]): Problem[] {
      const known = new Set(parameters.map(({ name }) => valueField(name)));
      setRefused(said.filter(({ field }) => known.has(field ?? '')));
      return said.filter(({ field }) => !known.has(field ?? ''));
    },
  };
}

function namesIn(items: readonly { name: string; retiredAt: string | null }[]): string[] {
  return items.filter(({ retiredAt }) => retiredAt === null).map(({ name }) => name);
}
