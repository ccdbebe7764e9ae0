import { Alert, Code, Select, Stack, Switch, Text } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { limits } from '#shared/limits';
import { drawingLimits } from '#shared/topology/limits';
import { hostnameSchema } from '#shared/primitives';
import { guestHostnameSchema, labelSchema, type TopologyVm } from '#shared/topology/schema';
import type { Parameter } from '#shared/topology/parameters/schema';
import { templateVariableExamples, variableExamples, type Lookup } from '#shared/topology/variables';
import type { VmFields } from '../document';
import { useProblemText } from '../problem-text';
import type { EditorCatalogue } from '../use-catalogue';
import { useChoices } from './choices';
import { OwnSizeFields } from './OwnSizeFields';
import { Environment } from './Environment';
import { GuestPassword } from './GuestPassword';
import { CommandsField } from './CommandsField';
import { GuestText } from './GuestText';
import { CountField, FromField } from './ReplicaFields';
import { StartFiles } from './StartFiles';
import { StartOrder } from './StartOrder';
import { CommittedName } from './CommittedName';
import { BootOrder } from './BootOrder';
import { ExtraDisks } from './ExtraDisks';
import { Forwards } from './Forwards';

export interface VmPanelProps {
  vm: TopologyVm;
  /** All of the drawing. */
  vms: readonly TopologyVm[];
  catalogue: EditorCatalogue;
  problems: readonly Problem[];
  /** Who draws may give it a size of its own. */
  maySize: boolean;
  /** What its count, flavour and image may be said by; null where they are not, as in a slice. */
  parameters: readonly Parameter[] | null;
  /** What variables of its texts become. */
  lookup: Lookup;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

/** Everything that one VM is. */
export function VmPanel({ vm, vms, catalogue, problems, maySize, parameters, lookup, onChange }: VmPanelProps) {
  const { t } = useTranslation('editor');
  const choices = useChoices(catalogue);
  const problemText = useProblemText();
  const problemOf = (field: string) => {
    const problem = problems.find((item) => item.node === vm.key && item.field === field);
    return problem === undefined ? undefined : problemText(problem);
  };
  const image = catalogue.images.find(({ id }) => id === vm.imageId);
  const rest = problems.filter(
    (item) =>
      item.node === vm.key &&
      ![
        'name',
        'flavourId',
        'ownSize',
        'imageId',
        'forwards',
        'disks',
        'boot',
        'files',
        'environment',
        'userData',
        'password',
        'exec',
        'startAfter',
        'ready',
        ...(parameters === null ? [] : ['count', 'flavourFrom', 'imageFrom']),
      ].includes(item.field ?? ''),
  );

  return (
    <Stack gap="sm">
      <CommittedName
        key={vm.key}
        label={t('vm.name')}
        value={vm.name}
        schema={hostnameSchema}
        invalid={t('vm.nameInvalid')}
        problem={problemOf('name')}
        onChange={(name) => onChange({ name }, `name ${vm.key}`)}
      />
      <CommittedName
        key={`label ${vm.key}`}
        label={t('vm.label')}
        description={t('vm.labelHint')}
        value={vm.label}
        schema={labelSchema}
        maxLength={limits.labelLength}
        invalid={t('vm.labelInvalid')}
        onChange={(label) => onChange({ label }, `label ${vm.key}`)}
      />
      <Select
        label={t('vm.flavour')}
        data={choices.flavours(vm.flavourId)}
        value={String(vm.flavourId)}
        error={problemOf('flavourId')}
        allowDeselect={false}
        searchable={catalogue.flavours.length > 12}
        onChange={(value) => value !== null && onChange({ flavourId: Number(value) })}
      />
      {parameters !== null && (
        <FromField
          kind="flavour"
          from={vm.flavourFrom}
          parameters={parameters}
          problem={problemOf('flavourFrom')}
          onChange={(flavourFrom) => onChange({ flavourFrom })}
        />
      )}
      {(maySize || vm.ownSize !== undefined) && (
        <OwnSizeFields
          key={`size ${vm.key}`}
          vm={vm}
          flavour={catalogue.flavours.find(({ id }) => id === vm.flavourId)}
          problem={problemOf('ownSize')}
          onChange={onChange}
        />
      )}
      <Select
        label={t('vm.image')}
        data={choices.images(vm.imageId)}
        value={String(vm.imageId)}
        error={problemOf('imageId')}
        allowDeselect={false}
        searchable={catalogue.images.length > 12}
        onChange={(value) => value !== null && onChange({ imageId: Number(value) })}
      />
      {parameters !== null && (
        <>
          <FromField
            kind="image"
            from={vm.imageFrom}
            parameters={parameters}
            problem={problemOf('imageFrom')}
            onChange={(imageFrom) => onChange({ imageFrom })}
          />
          <CountField
            key={`count ${vm.key}`}
            count={vm.count}
            parameters={parameters}
            problem={problemOf('count')}
            onChange={(count) => onChange({ count }, `count ${vm.key}`)}
          />
        </>
      )}
      <InternetSwitch checked={vm.internet} catalogue={catalogue} onChange={(internet) => onChange({ internet })} />
      <Switch
        label={t('vm.graphics')}
        description={t('vm.graphicsHint')}
        checked={vm.graphics}
        onChange={(event) => onChange({ graphics: event.currentTarget.checked })}
      />
      <Switch
        label={t('vm.router')}
        description={t('vm.routerHint')}
        checked={vm.router}
        onChange={(event) => onChange({ router: event.currentTarget.checked })}
      />
      <Forwards vm={vm} problem={problemOf('forwards')} onChange={onChange} />
      <ExtraDisks vm={vm} problem={problemOf('disks')} onChange={onChange} />
      <BootOrder vm={vm} image={image} problem={problemOf('boot')} onChange={onChange} />
      <StartFiles vm={vm} problem={problemOf('files')} lookup={lookup} onChange={onChange} />
      <Environment vm={vm} problem={problemOf('environment')} lookup={lookup} onChange={onChange} />
      <CommittedName
        key={`hostname ${vm.key}`}
        label={t('vm.hostname')}
        description={t('vm.hostnameHint')}
        value={vm.hostname}
        schema={guestHostnameSchema}
        maxLength={drawingLimits.guestHostnameLength}
        invalid={t('vm.hostnameInvalid')}
        onChange={(hostname) => onChange({ hostname }, `hostname ${vm.key}`)}
      />
      <GuestText
        label={t('vm.userData')}
        description={t('vm.userDataHint')}
        error={problemOf('userData')}
        value={vm.userData}
        maxLength={drawingLimits.userDataLength}
        lookup={lookup}
        onChange={(userData) => onChange({ userData }, `userData ${vm.key}`)}
      />
      {(image?.kind === 'disk' || vm.password !== 'builtin') && (
        <GuestPassword
          key={`password ${vm.key}`}
          value={vm.password}
          problem={problemOf('password')}
          onChange={(password) => onChange({ password })}
        />
      )}
      <CommandsField key={`exec ${vm.key}`} vm={vm} problem={problemOf('exec')} lookup={lookup} onChange={onChange} />
      <Text size="xs" c="dimmed">
        {t('vm.variables')}{' '}
        {[...variableExamples, ...(parameters === null ? [] : templateVariableExamples)].map((variable) => (
          <Fragment key={variable}>
            <Code style={{ whiteSpace: 'nowrap' }}>{variable}</Code>{' '}
          </Fragment>
        ))}
      </Text>
      <StartOrder vm={vm} vms={vms} problemOf={problemOf} onChange={onChange} />
      {rest.map((problem) => (
        <Alert key={problem.code} color="red" variant="light" p="xs">
          {problemText(problem)}
        </Alert>
      ))}
    </Stack>
  );
}

interface InternetSwitchProps {
  checked: boolean;
  catalogue: EditorCatalogue;
  onChange: (internet: boolean) => void;
}

/** Internet access, with a word when no zone can give it. */
export function InternetSwitch({ checked, catalogue, onChange }: InternetSwitchProps) {
  const { t } = useTranslation('editor');
  const known = catalogue.zones.filter((zone) => zone.enabled && zone.capabilities !== null);
  const offered = known.some((zone) => zone.capabilities?.internet.ok === true);
  return (
    <Switch
      label={t('vm.internet')}
      description={known.length > 0 && !offered ? t('vm.internetNowhere') : t('vm.internetHint')}
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
