/**
 * A provider of real VMs that does one call and kills itself with -9 at an act on a file: `tsx dying-provider.ts ROOT IMAGES SLICE CALL
 * before|after ACT NAME [SNAPSHOT]`, ACT of `node:fs/promises`, NAME the file's. Without that act it ends in order.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const [root = '', imagesRoot = '', sliceId = '', call = '', when = '', act = '', name = '', snapshot = ''] =
  process.argv.slice(2);

const acts: Record<string, unknown> = { ...fs.promises };
const real = acts[act];
if (typeof real !== 'function') throw new Error(`There is no ${act}.`);
// of two paths the second one is made
const isIt = (args: unknown[]) => args.slice(0, 2).some((path) => typeof path === 'string' && basename(path) === name);
const die = () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => {});
};
Object.assign(fs.promises, {
  async [act](...args: unknown[]): Promise<unknown> {
    if (when === 'before' && isIt(args)) await die();
    const answer: unknown = await Reflect.apply(real, fs.promises, args);
    if (when === 'after' && isIt(args)) await die();
    return answer;
  },
});
syncBuiltinESMExports();

// only now, so that they are given what was put in place above
const { createQemuProvider } = await import('#server/providers/qemu/qemu-provider');
const { chooseVmUsers } = await import('#server/providers/qemu/vm-users');
const provider = await createQemuProvider({ root, imagesRoot, users: await chooseVmUsers() });
const slice = { id: Number(sliceId) };
if (call === 'suspend') await provider.suspendSlice(slice);
if (call === 'resume') await provider.resumeSlice(slice);
if (call === 'snapshot') await provider.takeSnapshot(slice, Number(snapshot));
if (call === 'restore') await provider.restoreSnapshot(slice, Number(snapshot));
await provider.close();
