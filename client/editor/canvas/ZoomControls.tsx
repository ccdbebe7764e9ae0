import { ActionIcon, Tooltip } from '@mantine/core';
import { Panel, useReactFlow } from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './canvas.module.css';

/** Nearer, farther, all of it. */
export const ZoomControls = memo(function ZoomControls({ onFit }: { onFit: () => void }) {
  const { t } = useTranslation('editor');
  const flow = useReactFlow();
  const buttons = [
    { label: t('canvas.zoomOut'), run: () => void flow.zoomOut(), icon: <Minus size={15} /> },
    { label: t('canvas.zoomIn'), run: () => void flow.zoomIn(), icon: <Plus size={15} /> },
    { label: t('canvas.fit'), run: onFit, icon: <Maximize size={14} /> },
  ];
  return (
    <Panel position="bottom-left" className={classes.controls}>
      <ActionIcon.Group>
        {buttons.map(({ label, run, icon }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon variant="default" size="md" aria-label={label} onClick={run}>
              {icon}
            </ActionIcon>
          </Tooltip>
        ))}
      </ActionIcon.Group>
    </Panel>
  );
});
