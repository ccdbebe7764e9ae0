#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './program';

/** Of the package that this file is in: beside it when packed, at the clone's root otherwise. */
function version(): string {
  for (const place of ['./package.json', '../../package.json'])
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
    } catch {
      // the other place
    }
  return 'unknown';
}

const ending = new AbortController();
process.on('SIGINT', () => ending.abort());
process.on('SIGTERM', () => ending.abort());
process.on('SIGHUP', () => ending.abort());
// `trama slices list | head` is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: ending.signal,
  version: version(),
});
// a terminal that was read from would keep the process
process.stdin.destroy();
