import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/errors';
import { readDocument } from '#shared/topology/formats/document';
import { validateTopology } from '#shared/topology/validate';

/*
 * Reads all documents of a folder, whose folders are kinds: how many of each kind are read, in what time and memory, why others are not, and
 * what is left out. `npm run bench:formats -- FOLDER [--each]`; nothing is kept of what is read.
 */

const catalogue = {
  flavours: [
    { id: 1, name: 'nano', vcpus: 1, ramMb: 128, diskGb: 1, retiredAt: null },
    { id: 2, name: 'small', vcpus: 2, ramMb: 4096, diskGb: 8, retiredAt: null },
  ],
  images: [{ id: 1, name: 'tiny', kind: 'disk' as const, minRamMb: 96, minDiskGb: 0, retiredAt: null }],
};

interface Outcome {
  kind: string;
  file: string;
  as: string | null;
  refusal: string | null;
  ms: number;
  left: string[];
  size: string;
}

function tryOne(kind: string, file: string, text: string): Outcome {
  const start = performance.now();
  const outcome = (as: string | null, refusal: string | null, left: string[] = [], size = ''): Outcome => ({
    ...{ kind, file, as, refusal, left, size },
    ms: performance.now() - start,
  });
  try {
    const { format, topology, report } = readDocument(text, catalogue);
    const [problem] = validateTopology(topology, catalogue);
    if (problem !== undefined) return outcome(format, `not valid: ${problem.message}`);
    const left = report
      .filter((note) => note.kind === 'leftOut')
      .map((note) => String(note.params?.['what'] ?? note.code));
    const { vms, networks, edges } = topology;
    return outcome(format, null, left, `${vms.length} VMs, ${networks.length} networks, ${edges.length} links`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return outcome(null, error.message);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) => ((await stat(path.join(folder, name))).isFile() ? [name] : [])),
  );
  return files.flat().filter((name) => name.includes(path.sep));
}

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) throw new Error('npm run bench:formats -- FOLDER [--each]');
const each = flags.includes('--each');
const outcomes: Outcome[] = [];
for (const file of (await filesBelow(folder)).toSorted()) {
  const text = await readFile(path.join(folder, file), 'utf8');
  outcomes.push(tryOne(file.split(path.sep)[0] ?? '', file, text));
}
for (const kind of new Set(outcomes.map((outcome) => outcome.kind))) {
  const ofKind = outcomes.filter((outcome) => outcome.kind === kind);
  const read = ofKind.filter(({ refusal }) => refusal === null);
  const times = ofKind.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  console.log(
    `${kind.padEnd(10)} ${read.length} of ${ofKind.length} read (${((100 * read.length) / ofKind.length).toFixed(1)} %), ` +
      `median ${at(0.5)} ms, worst ${at(1)} ms`,
  );
  const left = new Map<string, number>();
  for (const what of ofKind.flatMap((outcome) => outcome.left)) left.set(what, (left.get(what) ?? 0) + 1);
  const most = [...left].toSorted((a, b) => b[1] - a[1]).slice(0, 12);
  if (most.length > 0)
    console.log(`           left out: ${most.map(([what, count]) => `${what} (${count})`).join(', ')}`);
  const refused = ofKind.filter(({ refusal }) => refusal !== null);
  for (const { file, refusal } of refused.slice(0, each ? undefined : 10))
    console.log(`           ${file}: ${refusal ?? ''}`);
  if (each) for (const { file, as, size } of read) console.log(`           ${file}: ${as ?? ''}, ${size}`);
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
