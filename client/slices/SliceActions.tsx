import { Button, Group } from '@mantine/core';
import {
  Ban,
  Camera,
  HeartPulse,
  History,
  Moon,
  Play,
  RefreshCw,
  RotateCcw,
  RotateCw,
  Rocket,
  Square,
  Sunrise,
  Trash2,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '#shared/deployment/schema';
import type { ConsoleKind } from '#shared/image';
import type { Slice } from '#shared/slice';
import type { Capabilities } from '#shared/zone';
import { confirmDestroy } from '../ui/confirm';
import { offers, type SliceAction } from './actions';
import { ConsoleButton } from './ConsoleButton';
import { FailureChoice } from './FailureChoice';
import { useDestroyQuestion } from './destroy-question';
import { ActionButton } from '../ui/ActionButton';
import { reasonSentence } from './reason-sentence';
import type { SliceCommands } from './use-slice-commands';

const icons: Record<SliceAction, LucideIcon> = {
  deploy: Rocket,
  update: RefreshCw,
  start: Play,
  stop: Square,
  reboot: RotateCw,
  suspend: Moon,
  resume: Sunrise,
  snapshot: Camera,
  restore: History,
  heal: HeartPulse,
  destroy: Trash2,
  retry: RotateCcw,
  cancel: Ban,
};

export interface SliceActionsProps {
  slice: Slice;
  plan: Plan | undefined;
  /** The server that has its VMs gives no sign of life. */
  away?: boolean | undefined;
  /** What the zone can do, as far as it is known. */
  can?: Capabilities | null | undefined;
  commands: SliceCommands;
  /** Key of the VM that is shown beside. */
  vmKey: string | null;
  onOpenConsole: (vmId: number, kind: ConsoleKind) => void;
  onOpenConsoles: (vmIds: readonly number[]) => void;
}

/** What can be done with the slice now; what cannot says why. */
export function SliceActions({
  slice,
  plan,
  away = false,
  can = null,
  commands,
  vmKey,
  onOpenConsole,
  onOpenConsoles,
}: SliceActionsProps) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const destroyQuestion = useDestroyQuestion();

  function act(action: SliceAction) {
    const deployment = slice.deployment;
    if (action === 'destroy') confirmDestroy({ ...destroyQuestion(slice), onConfirm: () => commands.start('destroy') });
    else if (action === 'cancel' || action === 'retry') {
      if (deployment !== null) commands[action](deployment.id);
    } else commands.start(action);
  }

  const offered = offers(slice, plan, { away, can });
  return (
    <Group gap="xs" role="group" aria-label={t('actions.label')}>
      {slice.status === 'active' || slice.status === 'degraded' ? (
        <ConsoleButton
          slice={slice}
          away={away}
          vmKey={vmKey}
          primary={!offered.some(({ primary }) => primary)}
          onOpen={onOpenConsole}
          onOpenAll={onOpenConsoles}
        />
      ) : null}
      {offered.map(({ action, primary, reason }) => {
        const Icon = icons[action];
        const danger = action === 'destroy';
        const button = (
          <ActionButton
            key={action}
            size="sm"
            variant={primary && !danger ? 'filled' : 'default'}
            c={danger && reason === null ? 'red' : undefined}
            leftSection={<Icon size={14} />}
            disabledReason={reasonSentence(t, i18n.language, reason)}
            loading={commands.isPending(action)}
            onClick={() => act(action)}
          >
            {action === 'cancel' && reason !== null ? t('actions.cancelling') : t(`actions.${action}`)}
          </ActionButton>
        );
        if (action !== 'deploy' || reason !== null) return button;
        return (
          <Button.Group key={action}>
            {button}
            <FailureChoice primary={primary} onChoose={(policy) => commands.start('deploy', undefined, policy)} />
          </Button.Group>
        );
      })}
    </Group>
  );
}
