import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '#server/lib/atomic-file';
import { holdFileLock } from '#server/lib/file-lock';
import type { ForwardKey } from '#shared/topology/forward';
import { ConsoleFanout } from '../console-fanout';
import {
  createSimulatorState,
  newConsole,
  newSlice,
  newVm,
  type SimulatedSlice,
  type SimulatorState,
} from './simulator-state';

/*
 * What is simulated, in a folder: `zone.log` and a `s<id>.log` for each slice, whose lines say of one part what it is from then on.
 * Appended before the call that changed it is answered, so that a server that is killed finds what it had been told is
 * there; not synced, as VMs do not outlive their machine's power either. Opening writes each log anew, as short as it can be.
 */

/** Of what a console has shown, what the next server shows first. */
const consoleTailBytes = 1_024;

/** What keeps its state in a folder. */
export interface KeptState extends SimulatorState {
  /** From now on nothing is written, and another may have the folder: as if the process were killed. */
  close(): Promise<void>;
}

/** One part of what a log is about: the way to it, and what it is; without that it is gone. */
interface Line {
  at: (string | number)[];
  is?: unknown;
}

/** What lies in `folder` from before, or nothing. Waits while another process has it. */
export async function openSimulatorState(folder: string): Promise<KeptState> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await holdFileLock(path.join(folder, 'lock'));
  const state = createSimulatorState();
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const zone = { accessKey: state.accessKey, failedOnce: state.failedOnce, boot };
  const zoneLog = new Log(path.join(folder, 'zone.log'));
  zoneLog.readInto(zone);
  state.accessKey = zone.accessKey;
  state.failedOnce = zone.failedOnce;
  const logs = new Map<number, Log>();
  for (const name of await readdir(folder)) {
    const id = Number(/^s(\d+)\.log$/.exec(name)?.[1] ?? 0);
    if (id === 0) continue;
    const log = new Log(path.join(folder, name));
    const slice = newSlice();
    log.readInto(slice);
    furnish(state, slice, zone.boot === boot);
    state.slices.set(id, slice);
    logs.set(id, log);
    await log.shorten(slice);
  }
  zone.boot = boot;
  await zoneLog.shorten(zone);

  let closed = false;
  const keepZone = () => {
    zone.accessKey = state.accessKey;
    zone.failedOnce = state.failedOnce;
    zoneLog.write(zone);
  };
  const keepSlice = (id: number) => {
    const slice = state.slices.get(id);
    let log = logs.get(id);
    if (slice === undefined) {
      log?.remove();
      logs.delete(id);
      return;
    }
    if (log === undefined) logs.set(id, (log = new Log(path.join(folder, `s${id}.log`))));
    log.write(slice);
  };
  return Object.assign(state, {
    keep(sliceId: number | null) {
      if (closed) return;
      keepZone();
      if (sliceId !== null) keepSlice(sliceId);
    },
    async close() {
      if (closed) return;
      closed = true;
      await release();
    },
  });
}

/** What is read lacks what an older version did not know of; ports are taken as far as VMs have them. */
function furnish(state: SimulatorState, slice: SimulatedSlice, sameBoot: boolean): void {
  for (const [id, read] of slice.vms) {
    const vm = { ...newVm(read.spec), ...read };
    // the clock of another run of this machine says nothing
    if (!sameBoot) vm.readyAt = 0;
    // an older version knew forwards by their guest's port alone
    const keyOf = (key: ForwardKey | number): ForwardKey => (typeof key === 'number' ? `tcp:${key}` : key);
    vm.hostPorts = new Map(Array.from(vm.hostPorts, ([key, port]) => [keyOf(key), port]));
    for (const port of vm.hostPorts.values()) state.usedPorts.add(port);
    slice.vms.set(id, vm);
  }
}

class Log {
  /** Of each part what it was when it was written last, as {@link imprint} has it. */
  readonly #written = new Map<string, unknown[]>();
  constructor(private readonly path: string) {}

  /** Puts what is written into `whole`. The end of a line that was being written when the machine stopped is left out. */
  readInto(whole: object): void {
    const lines = readFileSync(this.path, { encoding: 'utf8', flag: 'a+' }).split('\n');
    lines.pop();
    for (const line of lines) put(whole, JSON.parse(line, revive) as Line);
  }

  /** Appends what has changed since, in one piece. */
  write(whole: object): void {
    const text = this.#changes(whole);
    if (text !== '') appendFileSync(this.path, text, { mode: 0o600 });
  }

  async shorten(whole: object): Promise<void> {
    this.#written.clear();
    await writeFileAtomic(this.path, this.#changes(whole));
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  #changes(whole: object): string {
    let text = '';
    const gone = new Set(this.#written.keys());
    for (const { at, is } of partsOf(whole)) {
      const key = JSON.stringify(at);
      gone.delete(key);
      const now = imprint(is);
      const before = this.#written.get(key);
      if (before?.length === now.length && now.every((value, index) => value === before[index])) continue;
      this.#written.set(key, now);
      text += `${JSON.stringify({ at, is }, replace)}\n`;
    }
    for (const key of gone) {
      this.#written.delete(key);
      text += `{"at":${key}}\n`;
    }
    return text;
  }
}

/** An object's values, each entry of a map by itself, however deep. */
function* partsOf(whole: object, at: (string | number)[] = []): Generator<Line> {
  for (const [field, value] of Object.entries(whole) as [string, unknown][]) {
    const here = [...at, field];
    if (value instanceof Map) for (const [key, is] of value as Map<number, unknown>) yield { at: [...here, key], is };
    else if (holdsMaps(value)) yield* partsOf(value, here);
    else yield { at: here, is: value };
  }
}

function put(whole: object, { at, is }: Line): void {
  let holder: unknown = whole;
  const [last = '', ...way] = at.toReversed();
  for (const key of way.toReversed())
    holder = holder instanceof Map ? holder.get(key) : isPlain(holder) ? Reflect.get(holder, key) : undefined;
  if (isPlain(holder)) Reflect.set(holder, last, is);
  if (!(holder instanceof Map)) return;
  if (is === undefined) holder.delete(last);
  else holder.set(last, is);
}

/** Two of them are equal if nothing has changed between: values are replaced, and what may change in itself is in it as text. */
function imprint(is: unknown): unknown[] {
  const values: unknown[] = isPlain(is) ? Object.values(is) : [is];
  return values.map((value) =>
    value instanceof Map || value instanceof Set
      ? JSON.stringify(value, replace)
      : value instanceof ConsoleFanout
        ? tailOf(value)
        : value,
  );
}

const holdsMaps = (value: unknown): value is object =>
  isPlain(value) && Object.values(value).some((inner) => inner instanceof Map);
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function replace(_: string, value: unknown): unknown {
  if (value instanceof Map) return { $map: [...(value as Map<unknown, unknown>)] };
  if (value instanceof Set) return { $set: [...(value as Set<unknown>)] };
  return value instanceof ConsoleFanout ? { $console: tailOf(value) } : value;
}

const tailOf = (console: ConsoleFanout) =>
  Buffer.from(console.history()).subarray(-consoleTailBytes).toString('latin1');

function revive(_: string, value: unknown): unknown {
  if (!isPlain(value)) return value;
  if ('$map' in value && Array.isArray(value.$map)) return new Map(value.$map as [unknown, unknown][]);
  if ('$console' in value && typeof value.$console === 'string')
    return newConsole(Buffer.from(value.$console, 'latin1'));
  if ('$set' in value && Array.isArray(value.$set)) return new Set(value.$set as unknown[]);
  return value;
}
