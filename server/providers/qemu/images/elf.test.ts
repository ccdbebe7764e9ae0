import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elfNeeds } from './elf';

const run = promisify(execFile);

test('what a program needs is what the loader of this machine says', async () => {
  const program = await readFile(process.execPath);
  const needs = elfNeeds(program);
  expect(needs?.loader).toMatch(/^\/lib.*\/ld-.*\.so/);
  // the loader lists libraries of libraries too
  const { stdout } = await run('ldd', [process.execPath]);
  const listed = stdout.split('\n').map((line) => basename(line.trim().split(' ', 1)[0] ?? ''));
  expect(needs?.libraries).toContain('libc.so.6');
  for (const library of needs?.libraries ?? []) expect(listed).toContain(library);
});

test('a file that is no program, or a part of one, needs nothing and breaks nothing', async () => {
  expect(elfNeeds(Buffer.from('#!/bin/sh\n'))).toBeNull();
  const start = (await readFile(process.execPath)).subarray(0, 4096);
  fc.assert(
    fc.property(fc.nat(start.length), fc.nat(4095), fc.integer({ min: 0, max: 255 }), (length, at, byte) => {
      const file = Buffer.from(start.subarray(0, length));
      if (at < file.length) file[at] = byte;
      elfNeeds(file);
    }),
  );
});
