import type { z } from 'zod';
import { AppError } from '#shared/errors';
import { galleryTags, type galleryInput, type galleryOutput, type createFromLabInput } from '#shared/gallery/labs';
import type { LabText } from '#shared/gallery/lab-text';
import { galleryTexts } from '#shared/gallery/texts';
import { say } from '#shared/sentence';
import type { Template } from '#shared/template';
import { annotationsOf, withAnnotations } from '#shared/topology/annotations';
import { byName } from '#shared/topology/formats/guess';
import { readDocument } from '#shared/topology/formats/document';
import type { Topology } from '#shared/topology/schema';
import { sketchOfTopology } from '#shared/topology/sketch';
import { liveCatalogue } from '#server/db/queries/topologies';
import type { Actor, DomainContext } from '../context';
import { numberedName } from '../names';
import { createImported } from '../templates/write-templates';
import { galleryCatalogue, galleryDocument, readGallery } from './documents';

/** The labs to begin with, in a language, each with its task. */
export async function listGallery({ language }: z.infer<typeof galleryInput>): Promise<z.infer<typeof galleryOutput>> {
  const ramOf = new Map(galleryCatalogue.flavours.map(({ id, ramMb }) => [id, ramMb]));
  return {
    items: Array.from(await readGallery(), ([lab, { topology }]) => {
      const { title, description, task } = galleryTexts[language][lab];
      return {
        lab,
        title,
        description,
        task: [...task],
        tags: galleryTags[lab].toSorted(),
        vms: topology.vms.length,
        networks: topology.networks.length,
        ramMb: topology.vms.reduce((sum, { flavourId }) => sum + (ramOf.get(flavourId) ?? 0), 0),
        sketch: sketchOfTopology(topology),
      };
    }),
  };
}

/** Of the note that the task is: px of the drawing, and about how many letters go into a line of it. */
const note = { width: 460, lineHeight: 20, padding: 32, letters: 58, apart: 120 } as const;
const heightOf = (text: string) =>
  note.padding +
  text.split('\n').reduce((lines, line) => lines + Math.max(1, Math.ceil(line.length / note.letters)), 0) *
    note.lineHeight;

/** The drawing with the task to the right of it: so it stays with the template, its copies and the slices that are made of it. */
export function withTask(topology: Topology, { title, task }: LabText): Topology {
  const nodes = [...topology.vms, ...topology.networks];
  const right = Math.max(...nodes.map(({ x }) => x));
  const ys = nodes.map(({ y }) => y);
  const text = [title, ...task.map((step, index) => `${index + 1}. ${step}`)].join('\n\n');
  return withAnnotations(topology, [
    ...annotationsOf(topology),
    {
      kind: 'note',
      key: 'task',
      text,
      colour: 'yellow',
      width: note.width,
      height: heightOf(text),
      x: right + note.apart + note.width / 2,
      y: (Math.min(...ys) + Math.max(...ys)) / 2,
    },
  ]);
}

/**
 * Makes a template of the actor's of a lab, under its title or a free name like it, with the task in `language` beside the drawing. IMAGE_RETIRED
 * where an image that it needs is not in the catalogue any more: with another one it would not do what its task says.
 */
export async function createFromLab(
  ctx: DomainContext,
  { actor, choice: { lab, language } }: { actor: Actor; choice: z.infer<typeof createFromLabInput> },
): Promise<Template> {
  const catalogue = await liveCatalogue(ctx.db, actor.userId);
  const needed = new Map(galleryCatalogue.images.map(({ id, name }) => [id, name]));
  for (const { imageId } of (await readGallery()).get(lab)?.topology.vms ?? []) {
    const image = needed.get(imageId) ?? '';
    if (byName(catalogue.images, image) === null)
      throw new AppError('IMAGE_RETIRED', say('LAB_LACKS_IMAGE', { image }));
  }
  const { topology } = readDocument(await galleryDocument(lab), catalogue);
  const text = galleryTexts[language][lab];
  return createImported(ctx, {
    actor,
    name: undefined,
    suggestion: (n) => numberedName(text.title, n),
    description: text.description,
    tags: galleryTags[lab],
    topology: withTask(topology, text),
    action: 'templates.create-from-lab',
  });
}
