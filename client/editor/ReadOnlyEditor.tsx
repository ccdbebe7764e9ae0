import { Button, Drawer, Group, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { Boxes, Braces, Copy, Eye, PanelRight } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Problem } from '#shared/errors';
import type { Template } from '#shared/template';
import { useDrawnAddresses } from '../addresses/use-drawn-addresses';
import { trpc } from '../api/trpc';
import { notifyDone, notifyError } from '../api/error-message';
import { usePageTitle } from '../hooks/page-title';
import { StatusBadge } from '../ui/StatusBadge';
import { TopologyCanvas } from './canvas/TopologyCanvas';
import type { CanvasHandle } from './canvas/types';
import { drawingOf } from './drawing';
import classes from './editor.module.css';
import { useKeptSelection } from './kept-selection';
import { ReadOnlyPanel } from './panel/ReadOnlyPanel';
import { useProblemText } from './problem-text';
import { SplitView } from './text/SplitView';
import { useTextBeside } from './text/use-text-beside';
import type { EditorCatalogue } from './use-catalogue';
import { documentOf } from './use-editor';

const noProblems: readonly Problem[] = [];

/** A template of somebody else: to be looked at, made slices of, and duplicated. */
export function ReadOnlyEditor({ template, catalogue }: { template: Template; catalogue: EditorCatalogue }) {
  const { t } = useTranslation(['editor', 'common', 'sharing']);
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const problemText = useProblemText();
  const canvas = useRef<CanvasHandle>(null);
  const [selection, select] = useKeptSelection(`trama.template.${template.id}`);
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const [sheetOpened, sheet] = useDisclosure(false);
  usePageTitle(template.name);
  const duplicate = trpc.templates.duplicate.useMutation({
    onSuccess: (copy) => {
      utils.templates.get.setData({ id: copy.id }, copy);
      void utils.templates.list.invalidate();
      notifyDone(t('sharing:readOnly.duplicated', { name: copy.name }));
      void navigate(`/templates/${copy.id}`);
    },
    onError: notifyError,
  });
  const { topology } = template;
  const document = useMemo(() => documentOf(template), [template]);
  const text = useTextBeside();
  const drawing = useMemo(() => drawingOf(topology, catalogue, [], problemText), [topology, catalogue, problemText]);
  const addresses = useDrawnAddresses({ name: template.name, topology, catalogue });
  const panel = (
    <ReadOnlyPanel
      template={template}
      catalogue={catalogue}
      addresses={addresses.button}
      selection={selection}
      onSelectEdge={(key) => select({ nodes: [], edges: [key] })}
      onFocusNode={(key) => {
        select({ nodes: [key], edges: [] });
        canvas.current?.focusNode(key);
      }}
    />
  );
  const noVms = topology.vms.length === 0;
  return (
    <div className={classes.editor}>
      <header className={classes.bar}>
        <Group gap="xs" className={classes.title}>
          <Title order={1} size="h3" tabIndex={-1} data-page-heading style={{ overflowWrap: 'anywhere' }}>
            {template.name}
          </Title>
          <StatusBadge tone="info" icon={Eye} label={t('sharing:readOnly.state')} />
          <Text size="xs" c="dimmed">
            {t('sharing:readOnly.title', { owner: template.owner.name })}
          </Text>
        </Group>
        <Group gap="xs" className={classes.save}>
          {isWide ? null : (
            <Button
              variant="default"
              size="xs"
              leftSection={<PanelRight size={15} />}
              onClick={sheet.toggle}
              aria-expanded={sheetOpened}
            >
              {t('tool.panel')}
            </Button>
          )}
          <Button
            variant={text.opened ? 'light' : 'default'}
            size="xs"
            leftSection={<Braces size={15} />}
            aria-label={t('acts.text')}
            aria-pressed={text.opened}
            onClick={text.toggle}
          >
            {t('tool.text')}
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<Copy size={15} />}
            loading={duplicate.isPending}
            onClick={() => duplicate.mutate({ id: template.id })}
          >
            {t('sharing:readOnly.duplicate')}
          </Button>
          <Tooltip label={t('save.noVms')} disabled={!noVms}>
            <Button
              size="xs"
              leftSection={<Boxes size={15} />}
              data-disabled={noVms || undefined}
              aria-disabled={noVms}
              onClick={() => (noVms ? undefined : void navigate(`/slices?panel=new-${template.id}`))}
            >
              {t('common:sliceList.new')}
            </Button>
          </Tooltip>
        </Group>
      </header>
      <div className={classes.body}>
        <div className={classes.drawing}>
          <SplitView
            text={text}
            isWide={isWide}
            pane={{
              ...{ document, catalogue, selection, problems: noProblems },
              onPart: (part) => {
                if (part === null) return;
                select(part.kind === 'edge' ? { nodes: [], edges: [part.key] } : { nodes: [part.key], edges: [] });
                canvas.current?.reveal(part.key);
              },
              onLeave: () => {
                const first = selection.nodes[0] ?? topology.vms[0]?.key;
                if (first !== undefined) canvas.current?.focusNode(first);
              },
            }}
          >
            <div className={classes.canvas}>
              <TopologyCanvas
                ref={canvas}
                label={t('canvas.label', { name: template.name })}
                nodes={drawing.nodes}
                edges={drawing.edges}
                selection={selection}
                onSelectionChange={(next) => {
                  select(next);
                  if (!isWide && !text.opened && next.nodes.length + next.edges.length === 1) sheet.open();
                }}
                onOpenNode={(key) => select({ nodes: [key], edges: [] })}
                empty={<Text c="dimmed">{t('empty.title')}</Text>}
              />
            </div>
          </SplitView>
        </div>
        {isWide ? (
          <aside className={classes.panel} aria-label={t('panel.label')}>
            {panel}
          </aside>
        ) : (
          <Drawer
            opened={sheetOpened}
            onClose={sheet.close}
            position="bottom"
            size="55%"
            title={t('panel.label')}
            closeButtonProps={{ 'aria-label': t('common:actions.close') }}
            lockScroll={false}
          >
            {panel}
          </Drawer>
        )}
      </div>
      {addresses.table}
    </div>
  );
}
