import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import { limits } from '#shared/limits';
import type { ImportNote, KindUse } from '#shared/topology/formats/document-types';
import { appErrorOf } from '../api/app-error';
import { useErrorMessage } from '../api/error-message';
import { randomKey } from '../api/random-key';
import { trpc } from '../api/trpc';
import { wholeList } from '../editor/use-catalogue';
import { spoken } from '../i18n/spoken';
import type { ImportQuestion } from './ImportDialog';
import { keepKinds, keptKinds } from './kept-kinds';

/** What became of one document. */
export type ImportResult =
  | { id: string; file: string; state: 'reading' }
  | { id: string; file: string; state: 'done'; templateId: number; name: string; report: readonly ImportNote[] }
  | { id: string; file: string; state: 'passedOver'; names: readonly string[] }
  | { id: string; file: string; state: 'failed'; message: string; problems: readonly Problem[] };

/** A document that is ready to be sent, and its kinds. */
interface Ready {
  file: string;
  text: string;
  kinds: readonly KindUse[];
  shape: ImportQuestion['files'][number] | null;
}

type Failed = Omit<Extract<ImportResult, { state: 'failed' }>, 'id'>;
type PassedOver = Omit<Extract<ImportResult, { state: 'passedOver' }>, 'id'>;
type Found = Ready | Failed | PassedOver;

/** Bytes of an archive; one document may have `limits.importLength`. */
const archiveBytes = 32_000_000;

/** Our own documents and the predecessor's say themselves what their VMs are: nothing is asked, and no parser is loaded. */
const isOwn = (text: string) => /^\s*\{/.test(text) && /"topologia"|"format"\s*:\s*"trama"/.test(text);

const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/** Kinds of all documents, each once. */
function together(documents: readonly Ready[]): KindUse[] {
  const kinds = new Map<string, KindUse>();
  for (const use of documents.flatMap((document) => document.kinds)) {
    const known = kinds.get(use.kind);
    kinds.set(use.kind, known === undefined ? use : { ...known, count: known.count + use.count });
  }
  return [...kinds.values()];
}

/** Imports files one after the other and keeps what became of each; asks what the kinds of machines are to be, once for all. */
export function useTemplateImports() {
  const { t } = useTranslation('templates');
  const utils = trpc.useUtils();
  const mutation = trpc.templates.import.useMutation();
  const errorMessage = useErrorMessage();
  const [results, setResults] = useState<ImportResult[]>([]);
  const [question, setQuestion] = useState<ImportQuestion | null>(null);
  const answerTo = useRef<(kinds: KindUse[] | null) => void>(() => {});

  const ask = (asked: ImportQuestion) =>
    new Promise<KindUse[] | null>((resolve) => {
      answerTo.current = (kinds) => {
        setQuestion(null);
        resolve(kinds);
      };
      setQuestion(asked);
    });

  const catalogue = async () => {
    const all = { includeRetired: false, limit: limits.pageSize };
    const [flavours, images] = await Promise.all([
      wholeList((cursor) => utils.client.flavours.list.query({ ...all, cursor })),
      wholeList((cursor) => utils.client.images.list.query({ ...all, cursor })),
    ]);
    return { flavours, images };
  };

  const failed = (file: string, message: string): Failed => ({ file, state: 'failed', message, problems: [] });

  /** What is in a file, and is to be sent. */
  const find = async (file: File, known: () => ReturnType<typeof catalogue>): Promise<Found[]> => {
    if (file.size > archiveBytes) return [failed(file.name, t('imports.tooLarge', { mb: archiveBytes / 1_000_000 }))];
    const buffer = await file.arrayBuffer().catch(() => null);
    if (buffer === null) return [failed(file.name, t('imports.unreadable'))];
    const bytes = new Uint8Array(buffer);
    if (!isZip(bytes) && file.size > limits.importLength)
      return [failed(file.name, t('imports.tooLarge', { mb: limits.importLength / 1_000_000 }))];
    const text = isZip(bytes) ? '' : new TextDecoder().decode(bytes);
    if (isOwn(text)) return [{ file: file.name, text, kinds: [], shape: null }];
    try {
      const [{ findDocuments }, { flavours, images }] = await Promise.all([import('./read-documents'), known()]);
      const { documents, passedOver } = findDocuments(file.name, bytes, { flavours, images }, keptKinds());
      const found = documents.map((one): Found => {
        if (one.state === 'refused') return failed(one.file, spoken(one.message, one.sentences));
        const { format, kinds, topology } = one.document;
        const { vms, networks, edges } = topology;
        const shape = { file: one.file, format, vms: vms.length, networks: networks.length, edges: edges.length };
        return { file: one.file, text: one.text, kinds, shape };
      });
      return passedOver.length === 0 && found.length > 0
        ? found
        : [...found, { file: file.name, state: 'passedOver', names: passedOver }];
    } catch (error) {
      return [failed(file.name, errorMessage(error))];
    }
  };

  const send = async (
    id: string,
    { file, text, kinds: own }: Ready,
    chosen: readonly Chosen[],
  ): Promise<ImportResult> => {
    const kinds = chosen.filter(({ kind }) => own.some((use) => use.kind === kind));
    try {
      const input = { text, fileName: file.slice(-255), ...(kinds.length > 0 && { kinds }) };
      const { template, report } = await mutation.mutateAsync(input);
      await utils.templates.list.invalidate();
      return { id, file, state: 'done', templateId: template.id, name: template.name, report };
    } catch (error) {
      return { ...failed(file, errorMessage(error)), id, problems: appErrorOf(error)?.problems ?? [] };
    }
  };

  /** What is to be sent, by the names of what was chosen; null if it was given up. */
  const choose = async (
    ready: readonly Ready[],
    known: () => ReturnType<typeof catalogue>,
  ): Promise<Chosen[] | null> => {
    const kinds = together(ready);
    if (kinds.length === 0) return [];
    const { flavours, images } = await known();
    const shapes = ready.flatMap(({ shape }) => (shape === null ? [] : [shape]));
    const answer = await ask({ files: shapes, kinds, flavours, images });
    if (answer === null) return null;
    const chosen = answer.map(({ kind, flavourId, imageId }) => ({
      kind,
      flavour: flavours.find(({ id }) => id === flavourId)?.name ?? '',
      image: images.find(({ id }) => id === imageId)?.name ?? '',
    }));
    keepKinds(chosen);
    return chosen;
  };

  const importFiles = async (files: readonly File[]) => {
    let loading: ReturnType<typeof catalogue> | null = null;
    const known = () => (loading ??= catalogue());
    const replace = (id: string, by: readonly ImportResult[]) =>
      setResults((current) => current.flatMap((one) => (one.id === id ? by : [one])));
    const ready: { id: string; found: Ready }[] = [];
    for (const file of files) {
      const id = randomKey();
      setResults((current) => [...current, { id, file: file.name, state: 'reading' }]);
      const found = (await find(file, known)).map((one) => ({ id: randomKey(), found: one }));
      for (const one of found) if ('text' in one.found) ready.push({ id: one.id, found: one.found });
      replace(
        id,
        found.map(({ id: own, found: one }) =>
          'text' in one ? { id: own, file: one.file, state: 'reading' } : { ...one, id: own },
        ),
      );
    }
    const chosen = await choose(
      ready.map(({ found }) => found),
      known,
    );
    for (const { id, found } of ready) replace(id, chosen === null ? [] : [await send(id, found, chosen)]);
  };

  return {
    results,
    importFiles,
    dismiss: () => setResults([]),
    /** What is asked right now, and who takes the answer: null gives up. */
    question,
    answer: (kinds: KindUse[] | null) => answerTo.current(kinds),
  };
}

interface Chosen {
  kind: string;
  flavour: string;
  image: string;
}
