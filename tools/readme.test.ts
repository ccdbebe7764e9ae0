import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seedRows } from '#db/seed';
import { permissions, roles, type Role } from '#shared/permissions';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The cells of the rows of the table whose head begins with `head`. */
function table(head: string): string[][] {
  const lines = readme.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} `));
  expect(start).not.toBe(-1);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("the README's table of rights is the one in force", () => {
  const [head, , ...rows] = table('right');
  expect(head?.slice(2)).toEqual([...roles]);
  const holders: Record<string, readonly Role[]> = permissions;
  expect(rows.map(([right]) => right)).toEqual(Object.keys(permissions).map((name) => `\`${name}\``));
  for (const [right = '', , ...marks] of rows)
    expect([right, roles.filter((_role, index) => marks[index] === '✓')]).toEqual([
      right,
      holders[right.replaceAll('`', '')],
    ]);
});

test("the README's quotas are those of a new database", () => {
  const [head, , ...rows] = table('quota');
  expect(head?.slice(1)).toEqual([...roles]);
  const columns = roles.map((_role, index) => rows.map((row) => row[index + 1]));
  const number = (value: number) => value.toLocaleString('en');
  const seeded = roles.map((role) => {
    const roleId = seedRows.roles.find(({ name }) => name === role)?.id;
    const row = seedRows.quotas.find((quota) => quota.roleId === roleId);
    if (row === undefined) return rows.map(() => '–');
    return [
      row.slices,
      row.vms,
      row.vcpus,
      row.ramMb / 1024,
      row.diskGb,
      row.runningVms,
      row.runningVcpus,
      row.runningRamMb / 1024,
    ].map(number);
  });
  expect(columns).toEqual(seeded);
});
