import { Alert, Anchor, List, Stack, Text, Title } from '@mantine/core';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { passesWithRoom } from '#shared/deployment/operations';
import type { Plan, PlanStep } from '#shared/deployment/schema';
import type { Problem } from '#shared/errors';
import { quotaGroups } from '../quota/quota-fields';
import { QuotaBars } from '../quota/QuotaBars';
import { ResourceBar } from '../ui/ResourceBar';
import { stepTitle } from './event-sentence';
import { formatResource, problemText } from './problem-sentence';
import classes from './slice.module.css';
import { byPhase } from './step-phases';
import { UpdateNote } from './UpdateNote';

/** Steps of one phase that are shown before "show all". */
const shownSteps = 12;
const resources = ['vcpus', 'ramMb', 'diskGb'] as const;
const labels = { vcpus: 'vcpu', ramMb: 'ram', diskGb: 'disk' } as const;

/** What would happen: every reason against it, what it takes, and the steps in their order. Nothing has happened yet. */
export function PlanView({
  plan,
  zone,
  owner,
  compact = false,
  waits = false,
  inLine = false,
  way,
}: {
  plan: Plan;
  zone?: string | undefined;
  /** Whose quota it takes of, when it is not the reader's. */
  owner?: string | undefined;
  compact?: boolean;
  /** Something outside of the plan keeps it from running: it is not called ready. */
  waits?: boolean;
  /** It waits for room in its zone, which is told elsewhere: that there is none now is no reason against it. */
  inLine?: boolean;
  /** What can be done about its problems, shown below them. */
  way?: React.ReactNode;
}) {
  const problems = inLine ? plan.problems.filter((problem) => !passesWithRoom(problem)) : plan.problems;
  return (
    <Stack gap="md">
      {(waits || inLine) && problems.length === 0 ? null : (
        <PlanVerdict problems={problems} steps={plan.steps.length} way={way} />
      )}
      <PlanNeeds plan={plan} zone={zone} />
      <PlanQuota quota={plan.quota} owner={owner} />
      {compact ? null : <PlanSteps steps={plan.steps} />}
    </Stack>
  );
}

interface PlanVerdictProps {
  problems: readonly Problem[];
  /** How many. */
  steps: number;
  way: React.ReactNode;
}

function PlanVerdict({ problems, steps, way }: PlanVerdictProps) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  if (problems.length === 0)
    return (
      <div className={classes.ready} role="status">
        <CircleCheck size={18} aria-hidden />
        {steps === 0 ? t('plan.noSteps') : t('plan.ready', { count: steps })}
      </div>
    );
  const texts = problems.map((problem) => problemText(t, i18n.language, problem));
  return (
    <Alert
      variant="light"
      color="red"
      icon={<TriangleAlert size={18} />}
      role="alert"
      title={t('plan.problemsTitle', { count: problems.length })}
    >
      <List spacing={6} size="sm">
        {texts.map(({ what, remedy }, index) => {
          return (
            // two problems may read the same
            <List.Item key={`${index}:${what}`}>
              {what}
              {/* what helps against several in a row is said once, behind the last */}
              {remedy === null || remedy === texts[index + 1]?.remedy ? null : (
                <Text span inherit>
                  {' '}
                  {remedy}
                </Text>
              )}
            </List.Item>
          );
        })}
      </List>
      {way}
    </Alert>
  );
}

function PlanNeeds({ plan, zone }: { plan: Plan; zone?: string | undefined }) {
  const { t } = useTranslation(['slices', 'common']);
  return (
    <section>
      <Title order={2} size="h4" fz="sm" mb="xs">
        {zone === undefined ? t('plan.needsOne') : t('plan.needs', { zone })}
      </Title>
      {plan.capacity === null || plan.free === null ? (
        <Text size="sm" c="dimmed" mb="xs">
          {t('plan.capacityUnknown')}
        </Text>
      ) : null}
      <div className={classes.bars}>
        {resources.map((resource) => {
          const capacity = plan.capacity?.[resource] ?? null;
          const used = capacity === null || plan.free === null ? 0 : Math.max(0, capacity - plan.free[resource]);
          return (
            <ResourceBar
              key={resource}
              label={t(`common:resources.${labels[resource]}`)}
              used={capacity === null ? plan.needs[resource] : used}
              of={capacity}
              after={capacity === null ? undefined : used + plan.needs[resource]}
              format={(amount, language) => formatResource(resource, amount, language)}
            />
          );
        })}
      </div>
    </section>
  );
}

/** Whether the plan takes of anything that the owner's quota limits. */
export function takesOfQuota(quota: Plan['quota']): quota is NonNullable<Plan['quota']> {
  if (quota === null) return false;
  const fields = Object.values(quotaGroups).flat();
  return fields.some((field) => quota.limits[field] !== null && quota.added[field] > 0);
}

/** Nothing where there is nothing to be careful about. */
function PlanQuota({ quota, owner }: { quota: Plan['quota']; owner: string | undefined }) {
  const { t } = useTranslation('slices');
  if (!takesOfQuota(quota)) return null;
  return (
    <section>
      <Title order={2} size="h4" fz="sm" mb="xs">
        {owner === undefined ? t('plan.quota') : t('plan.quotaOf', { owner })}
      </Title>
      <QuotaBars quota={quota} added={quota.added} compact />
    </section>
  );
}

function PlanSteps({ steps }: { steps: readonly PlanStep[] }) {
  const { t } = useTranslation('slices');
  const titles = useStepTitles(steps);
  if (steps.length === 0) return null;
  return (
    <section aria-label={t('tabs.plan')}>
      <Title order={2} size="h4" fz="sm" mb="xs">
        {t('plan.steps', { count: steps.length })}
      </Title>
      <ol className={classes.phases}>
        {byPhase(steps).map((group) => (
          <li key={group.phase}>
            <Text size="sm" fw={600}>
              {t(`plan.phase.${group.phase}`)}
              <Text span inherit c="dimmed" fw={400}>
                {' '}
                · {group.steps.length}
              </Text>
            </Text>
            <Shortened items={group.steps} show={shownSteps}>
              {(step) => (
                <li key={step.seq} className={classes.planStep}>
                  <span className={classes.seq}>{step.seq + 1}</span>
                  <span>{titles.get(step.seq)}</span>
                  {step.dependsOn.length === 0 ? null : (
                    <span className={classes.after}>
                      {t('plan.after', { steps: inOrder(step.dependsOn).join(', ') })}
                    </span>
                  )}
                  {step.update === null ? null : <UpdateNote update={step.update} />}
                </li>
              )}
            </Shortened>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The numbers that steps are shown with. */
const inOrder = (seqs: readonly number[]) => seqs.map((seq) => seq + 1).toSorted((a, b) => a - b);

function useStepTitles(steps: readonly PlanStep[]): Map<number, string> {
  const { t } = useTranslation('events');
  return new Map(steps.map((step) => [step.seq, stepTitle(t, step)]));
}

function Shortened<Item>(props: { items: readonly Item[]; show: number; children: (item: Item) => React.ReactNode }) {
  const { t } = useTranslation('slices');
  const [all, setAll] = useState(false);
  const shown = all ? props.items : props.items.slice(0, props.show);
  const hidden = props.items.length - shown.length;
  return (
    <ul className={classes.plain}>
      {shown.map((item) => props.children(item))}
      {hidden === 0 ? null : (
        <li className={classes.planStep}>
          <Text size="sm" c="dimmed" span>
            {t('plan.more', { count: hidden })}
          </Text>
          <Anchor component="button" type="button" size="sm" onClick={() => setAll(true)}>
            {t('plan.showAll')}
          </Anchor>
        </li>
      )}
    </ul>
  );
}
