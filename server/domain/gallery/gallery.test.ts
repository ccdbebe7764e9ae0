import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { galleryLabs } from '#shared/gallery/labs';
import { galleryTexts } from '#shared/gallery/texts';
import { withAddresses } from '#shared/topology/addresses';
import { annotationsOf } from '#shared/topology/annotations';
import { checkTopology } from '#shared/topology/formats/user-data';
import type { Topology } from '#shared/topology/schema';
import { fillVariables, variablesOf } from '#shared/topology/variables';
import { galleryCatalogue, readGallery } from './documents';
import { withTask } from './gallery';

/** Of Debian 12's busybox-static, and beside it, what the labs' commands call: programs of `tiny` and `router`. */
const programs = ['httpd', 'iperf3', 'ip', 'start-stop-daemon', 'touch', 'udhcpd'];

const drawingOf = async (lab: (typeof galleryLabs)[number]): Promise<Topology> => {
  const document = (await readGallery()).get(lab);
  if (document === undefined) throw new Error(`There is no ${lab}.`);
  return withAddresses(document.topology);
};

test('each lab is a document, and each document a lab', async () => {
  const files = await readdir(new URL('../../../shared/gallery/documents/', import.meta.url));
  expect(files.toSorted()).toEqual(galleryLabs.map((lab) => `${lab}.yaml`).toSorted());
});

describe.each(galleryLabs)('the lab %s', (lab) => {
  test('is read as it is written, and can be deployed with the built-in images', async () => {
    const document = (await readGallery()).get(lab);
    // nothing was guessed
    expect(document?.report).toEqual([]);
    expect(document?.name).toMatch(/./);
    const topology = await drawingOf(lab);
    expect(checkTopology(topology, galleryCatalogue)).toEqual([]);
    // those that boot in seconds, on any machine
    const small = galleryCatalogue.images.filter(({ kind }) => kind === 'kernel').map(({ id }) => id);
    for (const { imageId } of topology.vms) expect(small).toContain(imageId);
  });

  test('names in its files and commands only what is there', async () => {
    const topology = await drawingOf(lab);
    for (const vm of topology.vms) {
      const lookup = variablesOf(topology, vm, { name: 'slice', owner: 'Ana' });
      for (const text of [...vm.exec, ...vm.files.map(({ content }) => content)]) {
        const filled = fillVariables(text, lookup);
        expect(filled.unknown).toEqual([]);
        expect(filled.text).not.toContain('{{');
      }
      for (const command of vm.exec) expect(programs).toContain(command.split(' ', 1)[0]);
      // a command that goes on would be waited for: what stays says nothing
      for (const command of vm.exec.filter((line) => /^(httpd|iperf3|udhcpd) /.test(line)))
        expect(command).toMatch(/ > \/dev\/null 2>&1$/);
    }
  });

  test('configures NICs that its routers have', async () => {
    const topology = await drawingOf(lab);
    for (const { key, files } of topology.vms)
      for (const { content } of files) {
        const nics = topology.edges.filter(({ source, target }) => source === key || target === key).length;
        for (const [, nic] of content.matchAll(/^(?:interface| passive-interface) eth(\d+)$/gm))
          expect(Number(nic)).toBeLessThan(nics);
      }
  });

  test('has its task beside the drawing, and stays valid with it', async () => {
    const topology = await drawingOf(lab);
    const text = galleryTexts.es[lab];
    const whole = withTask(topology, text);
    expect(checkTopology(whole, galleryCatalogue)).toEqual([]);
    const task = annotationsOf(whole).find(({ key }) => key === 'task');
    if (task?.kind !== 'note') throw new Error('There is no task.');
    expect(task.text).toContain(text.task.at(-1));
    for (const { x } of [...topology.vms, ...topology.networks]) expect(x + 90).toBeLessThan(task.x - task.width / 2);
  });
});
