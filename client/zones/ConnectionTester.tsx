import { Button, Group, Stack, Text } from '@mantine/core';
import { CircleCheck, CircleX, PlugZap, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openStackSettingsInput } from '#shared/zone-settings';
import type { ConnectionTest } from '#shared/zone-test';
import { trpc } from '../api/trpc';
import { useErrorMessage } from '../api/error-message';
import { schemaErrors } from '../hooks/schema-errors';
import { spoken } from '../i18n/spoken';
import { FormAlert } from '../ui/FormAlert';

const looks = {
  ok: { Icon: CircleCheck, color: 'green' },
  limited: { Icon: TriangleAlert, color: 'yellow' },
  failed: { Icon: CircleX, color: 'red' },
} as const satisfies Record<ConnectionTest['steps'][number]['state'], unknown>;

export interface ConnectionTesterProps {
  /** Null for a zone that is not made yet. */
  zoneId: number | null;
  /** As the fields hold them, saved or not. */
  settings: Record<string, unknown>;
  /** What of them is no setting at all, by the field's path. */
  onRefused: (field: string, message: string) => void;
  /** What there is to choose from in the cloud that was asked. */
  onOffers: (offers: ConnectionTest['offers']) => void;
}

/** Tries a cloud's settings out before they are saved, and says step by step what was found. */
export function ConnectionTester({ zoneId, settings, onRefused, onOffers }: ConnectionTesterProps) {
  const { t } = useTranslation('catalogue');
  const errorMessage = useErrorMessage();
  const test = trpc.zones.testConnection.useMutation();
  const [tried, setTried] = useState('');
  // of other settings than those that stand there now it says nothing
  const result = tried === JSON.stringify(settings) ? test.data : undefined;
  const begin = () => {
    const parsed = openStackSettingsInput.safeParse(settings);
    if (!parsed.success) {
      const refused = schemaErrors(openStackSettingsInput, settings);
      for (const [field, message] of Object.entries(refused)) onRefused(`settings.${field}`, message);
      return;
    }
    setTried(JSON.stringify(settings));
    test.mutate({ id: zoneId, settings: parsed.data }, { onSuccess: ({ offers }) => onOffers(offers) });
  };
  return (
    <Stack gap="xs">
      <Group>
        <Button
          variant="default"
          leftSection={<PlugZap size={16} aria-hidden />}
          loading={test.isPending}
          onClick={begin}
        >
          {t('zones.test.begin')}
        </Button>
      </Group>
      <FormAlert message={test.error === null ? null : errorMessage(test.error)} />
      <div role="status">
        {result === undefined ? null : (
          <>
            <Text size="sm" fw={600} mb="xs">
              {t(result.ok ? 'zones.test.works' : 'zones.test.fails')}
            </Text>
            <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
              {result.steps.map((step) => (
                <ConnectionStepLine key={step.name} step={step} />
              ))}
            </Stack>
          </>
        )}
      </div>
    </Stack>
  );
}

function ConnectionStepLine({ step }: { step: ConnectionTest['steps'][number] }) {
  const { t } = useTranslation('catalogue');
  const { Icon, color } = looks[step.state];
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start">
      <Icon
        size={16}
        aria-hidden
        color={`var(--mantine-color-${color}-text)`}
        style={{ flexShrink: 0, marginTop: 2 }}
      />
      <div>
        <Text size="sm">{`${t(`zones.test.step.${step.name}`)}: ${t(`zones.test.state.${step.state}`)}`}</Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {spoken(step.reason, step.sentences)}
        </Text>
      </div>
    </Group>
  );
}
