import { Button, Menu, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ArrowLeft, BookmarkPlus, Download, Ellipsis, ListChecks } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Slice, SliceTopology } from '#shared/slice';
import { annotationsOf, withAnnotations } from '#shared/topology/annotations';
import type { Role } from '#shared/permissions';
import { diffTopology, type PartChange } from '#shared/topology/diff';
import type { Topology } from '#shared/topology/schema';
import { settled } from '#shared/topology/settle';
import { trpc } from '../../api/trpc';
import { notifyDone, notifyError } from '../../api/error-message';
import { readDraft } from '../../editor/draft-store';
import { drawingOf, type Drawing } from '../../editor/drawing';
import { DrawingFrame } from '../../editor/DrawingFrame';
import editorClasses from '../../editor/editor.module.css';
import { TemplateTotals } from '../../editor/panel/TemplatePanel';
import type { EditorCatalogue } from '../../editor/use-catalogue';
import { UnsavedWork } from '../../editor/UnsavedWork';
import { useEditor, type Saved } from '../../editor/use-editor';
import { useLeaveGuard } from '../../editor/use-leave-guard';
import { usePageTitle } from '../../hooks/page-title';
import { ActionButton } from '../../ui/ActionButton';
import { changedDrawing } from './changed-drawing';
import { ChangeList } from './ChangeList';
import { ConflictPanel } from './ConflictPanel';
import { ReviewPanel } from './ReviewPanel';
import { SaveAsTemplate } from './SaveAsTemplate';

export interface SliceEditorProps {
  /** As it is now, live. */
  slice: Slice;
  /** What the work begins with. */
  own: SliceTopology;
  catalogue: EditorCatalogue;
  userId: number;
  role: Role;
}

/** Drawing what a slice shall be. Nothing of it happens before it was reviewed and applied. */
export function SliceEditor({ slice, own, catalogue, userId, role }: SliceEditorProps) {
  const { t } = useTranslation(['change', 'editor', 'common']);
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const [reviewing, review] = useDisclosure(false);
  const [savingAs, saveAs] = useDisclosure(false);
  const [conflict, setConflict] = useState(false);
  // how often another drawing came whole: all of it is to be seen then
  const [replaced, setReplaced] = useState(0);
  const [initial] = useState<Saved>(() => savedOf(slice, own));
  const storageKey = useCallback(() => `trama.draft.${userId}.slice-${slice.id}`, [userId, slice.id]);
  const [draft, setDraft] = useState(() => readDraft(localStorage, storageKey()));
  const editor = useEditor({
    ...{ initial, catalogue, storageKey, hold: draft !== null },
    // what somebody else's role allows the plan says
    role: slice.owner.id === userId ? role : undefined,
  });
  const { topology } = editor.document;
  const before = editor.saved.document.topology;
  const isValid = editor.problems.length === 0;
  // with the addresses that it will have: where one is chosen, others may have to make way
  const changes = useMemo(
    () => diffTopology(before, isValid ? settled(topology, before) : topology, catalogue),
    [before, topology, isValid, catalogue],
  );
  const guard = useLeaveGuard(changes.length > 0 || editor.unread.length > 0);
  usePageTitle(t('title', { name: slice.name }));

  const beforeDrawing = useMemo(() => drawingOf(before, catalogue, [], () => ''), [before, catalogue]);
  const decorate = useCallback(
    (drawing: Drawing) => changedDrawing(drawing, { slice, beforeDrawing, changes, t }),
    [slice, beforeDrawing, changes, t],
  );

  const blocked = !isValid
    ? t('problems', { count: editor.problems.length })
    : editor.unread.length > 0
      ? t('editor:save.unread')
      : changes.length === 0
        ? t('nothing')
        : null;
  const baseVersion = editor.saved.base?.revision ?? own.version;

  async function takeTemplate(template: { id: number; name: string }) {
    try {
      const newest = await utils.templates.get.fetch({ id: template.id }, { staleTime: 0 });
      if (diffTopology(topology, newest.topology, catalogue).length === 0)
        notifyDone(t('templateSame', { template: template.name }));
      else {
        editor.run({ type: 'replace', topology: newest.topology });
        setReplaced((count) => count + 1);
        notifyDone(t('templateTaken', { template: template.name, revision: newest.revision }));
      }
    } catch (error) {
      notifyError(error);
    }
  }
  /** What was removed is kept after all: with its links, as far as their other ends are there. */
  function keep(change: PartChange) {
    editor.run({ type: 'insert', fragment: removedPart(before, topology, change) });
  }
  function startReview() {
    if (blocked === null) review.open();
  }
  /** What somebody else made of the slice is what this work goes on from. */
  function goOnFrom(newest: SliceTopology, drawn: Topology) {
    editor.discardDraft();
    editor.reset(savedOf(slice, newest), { ...editor.document, topology: drawn });
    setReplaced((count) => count + 1);
    setConflict(false);
  }

  return (
    <div className={editorClasses.editor}>
      <VisuallyHidden>
        <h1>{t('title', { name: slice.name })}</h1>
      </VisuallyHidden>
      <DrawingFrame
        editor={editor}
        catalogue={catalogue}
        label={t('canvas', { name: slice.name })}
        title={
          <>
            <Button
              component={Link}
              to={`/slices/${slice.id}`}
              variant="subtle"
              color="gray"
              size="xs"
              leftSection={<ArrowLeft size={15} />}
              aria-label={`${t('back')} ${slice.name}`}
            >
              {slice.name}
            </Button>
            <span className={editorClasses.state} role="status">
              {changes.length === 0 ? t('none') : t('count', { count: changes.length })}
            </span>
          </>
        }
        deeds={
          <>
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" size="xs" px={8} aria-label={t('more')}>
                  <Ellipsis size={15} aria-hidden />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {slice.template === null ? null : (
                  <Menu.Item
                    leftSection={<Download size={15} />}
                    onClick={() => slice.template !== null && void takeTemplate(slice.template)}
                  >
                    {t('template', { template: slice.template.name })}
                  </Menu.Item>
                )}
                <Menu.Item leftSection={<BookmarkPlus size={15} />} onClick={saveAs.open}>
                  {t('saveAs')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
            <ActionButton
              size="xs"
              leftSection={<ListChecks size={15} />}
              disabledReason={blocked}
              onClick={startReview}
            >
              {t('review')}
            </ActionButton>
          </>
        }
        onSave={startReview}
        about={
          <Stack gap="md">
            <Title order={2}>{t('about')}</Title>
            <Text size="xs" c="dimmed">
              {t('hint')}
            </Text>
            <TemplateTotals topology={topology} catalogue={catalogue} />
            {changes.length === 0 ? null : <ChangeList changes={changes} catalogue={catalogue} onKeep={keep} />}
          </Stack>
        }
        decorate={decorate}
        fitKey={replaced}
        covered={reviewing}
        fixedDetails
      />
      <ReviewPanel
        opened={reviewing && !conflict}
        onClose={review.close}
        slice={slice}
        topology={topology}
        baseVersion={baseVersion}
        catalogue={catalogue}
        onRefused={(problems) => editor.refuse(editor.document, problems)}
        onConflict={() => {
          review.close();
          setConflict(true);
        }}
        onApplied={() => {
          editor.discardDraft();
          guard.pass(() => navigate(`/slices/${slice.id}`));
        }}
      />
      {conflict ? (
        <ConflictPanel
          sliceId={slice.id}
          before={before}
          mine={topology}
          onLater={() => setConflict(false)}
          onTake={goOnFrom}
        />
      ) : null}
      <SaveAsTemplate opened={savingAs} onClose={saveAs.close} name={slice.name} topology={topology} />
      <UnsavedWork
        editor={editor}
        initial={initial}
        draft={draft}
        onDecided={(taken) => {
          if (taken) setReplaced((count) => count + 1);
          setDraft(null);
        }}
        blocker={guard.blocker}
      />
    </div>
  );
}

function savedOf(slice: Slice, { version, topology }: SliceTopology): Saved {
  return {
    base: { id: slice.id, revision: version },
    document: { name: slice.name, description: '', topology },
  };
}

/** A part that was removed, as it was; a node with those of its links whose other end is still there. */
function removedPart(before: Topology, now: Topology, { part, key }: PartChange): Topology {
  const there = new Set([...now.vms, ...now.networks].map((node) => node.key));
  const drawn = new Set(now.edges.map((edge) => edge.key));
  if (part !== 'edge') there.add(key);
  const belongs = (edge: Topology['edges'][number]) =>
    part === 'edge' ? edge.key === key : edge.source === key || edge.target === key;
  const parts = {
    vms: part === 'vm' ? before.vms.filter((vm) => vm.key === key) : [],
    networks: part === 'network' ? before.networks.filter((network) => network.key === key) : [],
    edges: before.edges.filter(
      (edge) => belongs(edge) && !drawn.has(edge.key) && there.has(edge.source) && there.has(edge.target),
    ),
  };
  return withAnnotations(parts, part === 'annotation' ? annotationsOf(before).filter((one) => one.key === key) : []);
}
