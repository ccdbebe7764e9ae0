import { Button, Menu, Text } from '@mantine/core';
import { ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failurePolicies, type FailurePolicy } from '#shared/deployment/schema';

/** Beside the button of a deploy: the same, with what becomes of what came up if something fails. */
export function FailureChoice(props: { primary: boolean; onChoose: (policy: FailurePolicy) => void }) {
  const { t } = useTranslation('slices');
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          size="sm"
          px={6}
          variant={props.primary ? 'filled' : 'default'}
          style={{ borderInlineStart: '1px solid var(--mantine-color-body)' }}
          aria-label={t('failure.label')}
        >
          <ChevronDown size={14} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {failurePolicies.map((policy) => (
          <Menu.Item key={policy} onClick={() => props.onChoose(policy)}>
            <Text size="sm">{t(`failure.${policy}`)}</Text>
            <Text size="xs" c="dimmed">
              {t(`failure.${policy}Hint`)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
