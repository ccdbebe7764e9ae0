// @vitest-environment node
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from './program';

class Sink extends Writable {
  text = '';
  isTTY = false;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'trama-convert-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
async function trama(args: string[], env: Record<string, string> = {}) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const stdin = Object.assign(new PassThrough(), { isTTY: false });
  const signal = new AbortController().signal;
  const code = await runCli({ args, env: { HOME: folder, ...env }, stdin, stdout, stderr, signal, version: '0.0.0' });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const lab = `name: pod
topology:
  nodes:
    leaf_1: { kind: ceos, memory: 4G, cpu: 2 }
    web: { kind: linux, image: nginx }
    br0: { kind: bridge }
  links:
    - endpoints: [ "leaf_1:e1", "web:eth1" ]
    - endpoints: [ "web:eth2", "br0:p1" ]
`;

test('a lab goes from format to format without a server, its kinds as images', async () => {
  await writeFile(at('pod.clab.yml'), lab);
  const first = await trama(['convert', at('pod.clab.yml'), at('pod.trama.yml')]);
  expect(first.code).toBe(0);
  expect(first.stderr).toContain('leaf-1: its name “leaf_1” cannot be used here and is now its label.');
  expect(first.stderr).toContain('(containerlab) is');
  expect(parse(await readFile(at('pod.trama.yml'), 'utf8'))).toMatchObject({
    name: 'pod',
    vms: [
      { key: 'leaf_1', name: 'leaf-1', label: 'leaf_1', flavour: 'small', image: 'ceos' },
      { key: 'web', name: 'web', flavour: 'nano', image: 'nginx' },
    ],
    networks: [{ name: 'br0' }],
  });
  // and on, and back again
  for (const [from, to] of [
    ['pod.trama.yml', 'pod.graphml'],
    ['pod.graphml', 'pod.drawio'],
    ['pod.drawio', 'again.trama.yml'],
  ] as const)
    expect(await trama(['convert', at(from), at(to)])).toMatchObject({ code: 0 });
  // neither GraphML nor draw.io says what an interface is called
  const written = (await readFile(at('pod.trama.yml'), 'utf8')).replace(/^ *sourceInterface: e1\n/m, '');
  expect(parse(await readFile(at('again.trama.yml'), 'utf8'))).toEqual(parse(written));
  const picture = await trama(['convert', at('pod.trama.yml'), '-', '--to', 'svg']);
  expect(picture.stdout).toMatch(/^<\?xml.*\n<svg /);
});

test('what cannot be converted is said with its place, and the format has to be known', async () => {
  await writeFile(at('bad.yml'), 'topology:\n  nodes: { a: {} }\n  links:\n    - endpoints: [ "a:x", "b:x" ]\n');
  const bad = await trama(['convert', at('bad.yml'), at('out.graphml')]);
  expect(bad).toMatchObject({ code: 1 });
  expect(bad.stderr).toContain('Line 4, column 27, at topology.links[0].endpoints[1]: there is no node b');
  expect(await trama(['convert', at('bad.yml'), at('out.txt')])).toMatchObject({ code: 2 });
});

test('several files and archives are imported, each kind as it was said, and one that fails does not stop the others', async () => {
  const sent: { text: string; fileName?: string; kinds?: unknown }[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const input = JSON.parse(body) as (typeof sent)[number];
      sent.push(input);
      const failed = input.text === 'no';
      response.writeHead(failed ? 400 : 200, { 'content-type': 'application/json' });
      const app = { code: 'INVALID_DOCUMENT', message: 'This is no topology.' };
      const error = { message: 'x', code: -32000, data: { code: 'BAD_REQUEST', httpStatus: 400, app } };
      const data = { template: { id: sent.length, name: 'lab', vms: 2 }, format: 'containerlab', report: [] };
      response.end(JSON.stringify(failed ? { error } : { result: { data } }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await writeFile(
    at('labs.zip'),
    zipSync({ 'a.yml': strToU8('no'), 'b.yml': strToU8(lab), 'r1.startup': strToU8('x') }),
  );
  await writeFile(at('c.yml'), lab);
  const env = { TRAMA_URL: `http://127.0.0.1:${port}`, TRAMA_TOKEN: `trama_${'a'.repeat(40)}` };
  const files = [at('labs.zip'), at('c.yml')];
  const done = await trama(['templates', 'import', ...files, '--map', 'ceos=small/debian'], env);
  server.closeAllConnections();
  server.close();
  const kinds = [{ kind: 'ceos', flavour: 'small', image: 'debian' }];
  expect(sent).toEqual([
    { text: 'no', fileName: 'a.yml', kinds },
    { text: lab, fileName: 'b.yml', kinds },
    { text: lab, fileName: 'c.yml', kinds },
  ]);
  expect(done.code).toBe(1);
  for (const line of ['Passed over: r1.startup', 'a.yml: This is no topology.', '1 of 3 documents were not imported.'])
    expect(done.stderr).toContain(line);
  expect(await trama(['templates', 'import', at('c.yml'), '--map', 'ceos'], env)).toMatchObject({ code: 2 });
});
