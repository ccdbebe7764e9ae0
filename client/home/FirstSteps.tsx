import { Button, Group, Text, Title } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import classes from './FirstSteps.module.css';

interface StepProps {
  number: number;
  title: string;
  text: string;
  done: boolean;
  current: boolean;
  action?: ReactNode;
}

function Step({ number, title, text, done, current, action }: StepProps) {
  const { t } = useTranslation('guide');
  return (
    <li className={classes.step} data-current={current} aria-current={current ? 'step' : undefined}>
      <Group gap={6} h={18}>
        <Text size="xs" c="dimmed">
          {t('step', { number })}
        </Text>
        {done ? (
          <Group gap={4}>
            <CircleCheck size={14} aria-hidden color="var(--mantine-primary-color-filled)" />
            <Text size="xs">{t('done')}</Text>
          </Group>
        ) : null}
      </Group>
      <Title order={3}>{title}</Title>
      <Text size="sm" c="dimmed" flex={1}>
        {text}
      </Text>
      {action === undefined ? null : <div style={{ marginTop: 4 }}>{action}</div>}
    </li>
  );
}

/** What to do first, for whoever has no slice yet. */
export function FirstSteps({ hasTemplates }: { hasTemplates: boolean }) {
  const { t } = useTranslation('guide');
  return (
    <section aria-labelledby="first-steps">
      <Title order={2} id="first-steps" mb="sm">
        {t('title')}
      </Title>
      <ol className={classes.steps}>
        <Step
          number={1}
          title={t('draw.title')}
          text={t('draw.text')}
          done={hasTemplates}
          current={!hasTemplates}
          action={
            <Group gap="xs">
              <Button component={Link} to="/templates/new" variant={hasTemplates ? 'default' : 'filled'}>
                {t('draw.action')}
              </Button>
              <Button component={Link} to="/templates/gallery" variant="default">
                {t('draw.gallery')}
              </Button>
            </Group>
          }
        />
        <Step
          number={2}
          title={t('slice.title')}
          text={t('slice.text')}
          done={false}
          current={hasTemplates}
          action={
            hasTemplates ? (
              <Button component={Link} to="/slices?panel=new">
                {t('slice.action')}
              </Button>
            ) : undefined
          }
        />
        <Step number={3} title={t('use.title')} text={t('use.text')} done={false} current={false} />
      </ol>
    </section>
  );
}
