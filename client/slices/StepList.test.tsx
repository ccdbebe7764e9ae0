import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { chooseLanguage } from '../i18n/i18n';
import { renderApp } from '../testing/render';
import { sampleDeployment } from '../testing/samples';
import { StepList } from './StepList';

test.each([
  ['en', 'Skipped', '2 of 4 steps'],
  ['es', 'Omitido', '2 de 4 pasos'],
] as const)('what a failure left out was called not needed, and counted as done (%s)', async (language, word, sum) => {
  await chooseLanguage(language);
  const { steps } = sampleDeployment();
  const [step] = steps;
  if (step === undefined) throw new Error('The sample has no step');
  const statuses = ['done', 'done', 'failed', 'skipped'] as const;
  const deployment = sampleDeployment({
    status: 'failed',
    steps: statuses.map((status, seq) => ({ ...step, seq, key: `vm:web/${seq}`, status, error: null })),
  });
  renderApp(<StepList deployment={deployment} vmName={() => 'web'} />);
  expect(screen.getByText(sum)).toBeDefined();
  const last = screen.getAllByRole('listitem').at(-1);
  if (last === undefined) throw new Error('There is no step');
  expect(within(last).getByText(word)).toBeDefined();
  expect(document.body.textContent).not.toMatch(/not needed|no hace falta|innecesari/i);
});
