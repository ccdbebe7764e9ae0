import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createLeaseOwner } from './owner';

const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
/** The name that an owner in that process would have. */
function nameIn(pid: number, start: string, realm?: string): string {
  const [host, own] = createLeaseOwner().name.split(':');
  return [host, realm ?? own, pid, start, '00000000'].join(':');
}

describe.runIf(process.platform === 'linux')('the owner of a lease', () => {
  test('has a name that fits its column and is its own', () => {
    const names = new Set(Array.from({ length: 50 }, () => createLeaseOwner().name));
    expect(names.size).toBe(50);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(64);
  });

  test('is dead when its process has ended, not before, and nobody can say so from elsewhere', async () => {
    const owner = createLeaseOwner();
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const name = nameIn(pid, startOf(pid));
    expect(owner.isDead(name)).toBe(false);
    // the number was given to another process since
    expect(owner.isDead(nameIn(pid, '1'))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(owner.isDead(name)).toBe(true);
    expect(owner.isDead(nameIn(pid, '1', 'elsewhere'))).toBe(false);
    expect(owner.isDead('what is this')).toBe(false);
  });

  test('in the same process is dead once it is retired', () => {
    const [one, other] = [createLeaseOwner(), createLeaseOwner()];
    expect(one.isDead(other.name)).toBe(false);
    expect(one.isDead(one.name)).toBe(false);
    other.retire();
    expect(one.isDead(other.name)).toBe(true);
    // an earlier run of this process number, as in a container that was restarted
    expect(one.isDead(nameIn(process.pid, startOf(process.pid)))).toBe(true);
  });
});
