import { ActionIcon, Kbd, Menu } from '@mantine/core';
import { AArrowDown, AArrowUp, Copy, Download, Scaling, Settings, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { changeConsoleSettings, changeFontSize, consoleColours, type ConsoleSettings } from './console-settings';

export interface ConsoleMenuProps {
  settings: ConsoleSettings;
  /** These three are null for a screen, which has no text; the last also where nothing can be typed. */
  onCopy: (() => void) | null;
  onDownload: (() => void) | null;
  onTypeSize: (() => void) | null;
  onCloseAll: () => void;
}

/** What is done now and then with the console that is shown, and how all of them look and behave. */
export function ConsoleMenu({ settings, onCopy, onDownload, onTypeSize, onCloseAll }: ConsoleMenuProps) {
  const { t } = useTranslation('console');
  return (
    <Menu position="top-end" closeOnItemClick={false} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('settings')}>
          <Settings size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah="80dvh" style={{ overflowY: 'auto' }}>
        {onCopy === null ? null : (
          <Menu.Item leftSection={<Copy size={14} />} rightSection={<Kbd size="sm">Ctrl Shift C</Kbd>} onClick={onCopy}>
            {t('copy')}
          </Menu.Item>
        )}
        {onDownload === null ? null : (
          <Menu.Item leftSection={<Download size={14} />} closeMenuOnClick onClick={onDownload}>
            {t('download')}
          </Menu.Item>
        )}
        {onTypeSize === null ? null : (
          <Menu.Item leftSection={<Scaling size={14} />} closeMenuOnClick onClick={onTypeSize}>
            {t('typeSize')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<X size={14} />} closeMenuOnClick onClick={onCloseAll}>
          {t('closeAll')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<AArrowUp size={14} />}
          rightSection={<Kbd size="sm">Ctrl Shift ↑</Kbd>}
          onClick={() => changeFontSize(1)}
        >
          {t('larger')}
        </Menu.Item>
        <Menu.Item
          leftSection={<AArrowDown size={14} />}
          rightSection={<Kbd size="sm">Ctrl Shift ↓</Kbd>}
          onClick={() => changeFontSize(-1)}
        >
          {t('smaller')}
        </Menu.Item>
        <Menu.CheckboxItem
          checked={settings.copyOnSelect}
          onChange={(checked) => changeConsoleSettings({ copyOnSelect: checked })}
        >
          {t('copyOnSelect')}
        </Menu.CheckboxItem>
        <Menu.CheckboxItem
          checked={settings.screenReader}
          onChange={(checked) => changeConsoleSettings({ screenReader: checked })}
        >
          {t('screenReader')}
        </Menu.CheckboxItem>
        <Menu.Divider />
        <Menu.Label>{t('colours')}</Menu.Label>
        <Menu.RadioGroup
          value={settings.colours}
          onChange={(value) => {
            const colours = consoleColours.find((each) => each === value);
            if (colours !== undefined) changeConsoleSettings({ colours });
          }}
        >
          {consoleColours.map((colours) => (
            <Menu.RadioItem key={colours} value={colours}>
              {t(`coloursOf.${colours}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label maw={280}>{t('escape')}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
