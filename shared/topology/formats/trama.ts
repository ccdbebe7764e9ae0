import { z } from 'zod';
import { type Problem, problemOf } from '../../errors';
import { limits } from '../../limits';
import { descriptionSchema, nameSchema } from '../../primitives';
import { annotationParts, annotationsOf, annotationsSchema, withAnnotations } from '../annotations';
import type { Catalogue } from '../catalogue';
import { parametersOf, withParameters } from '../parameters/parameters';
import { parameterParts, parametersSchema } from '../parameters/schema';
import { withoutDefaults } from '../properties';
import { topologyParts, type TopologyParts } from '../schema';
import type { ReadDocument, TemplateDocument } from './document-types';
import { anyImage, byName, choosable } from './guess';
import { layout } from './layout';
import { parseAs } from './parse';
import type { Source } from './source';

const catalogueName = z.string().trim().min(1).max(limits.nameLength);

/** Our own document. Flavours and images stand in it by name, so that it means the same in another installation. */
function documentSchemaOf({ vm, network, edge }: TopologyParts) {
  const place = { x: vm.shape.x.optional(), y: vm.shape.y.optional() };
  return z.strictObject({
    format: z.literal('trama'),
    version: z.literal(1, 'This version of the document is not known here.'),
    name: nameSchema,
    description: descriptionSchema.default(''),
    vms: z
      .array(
        vm.omit({ flavourId: true, imageId: true }).extend({ flavour: catalogueName, image: catalogueName, ...place }),
      )
      .max(limits.vmsPerTopology, `A topology has at most ${limits.vmsPerTopology} VMs.`),
    networks: z
      .array(network.extend(place))
      .max(limits.networksPerTopology, `A topology has at most ${limits.networksPerTopology} networks.`)
      .default([]),
    edges: z
      .array(edge)
      .max(limits.edgesPerTopology, `A topology has at most ${limits.edgesPerTopology} edges.`)
      .default([]),
    annotations: annotationsSchema.default([]),
    parameters: parametersSchema.default([]),
  });
}

/** What our own document may hold, for editors: `docs/trama-document.schema.json`. */
export const tramaDocumentSchema = documentSchemaOf(topologyParts);

/** Reads our own document. An unknown flavour or image is replaced by the first there is, with a warning. */
export function readTrama(value: unknown, catalogue: Catalogue, parts = topologyParts, source?: Source): ReadDocument {
  const document = parseAs(documentSchemaOf(parts), value, source);
  const { flavours, images } = choosable(catalogue);
  const warnings: Problem[] = [];
  const places = layout(document.vms.length + document.networks.length);
  const vms = document.vms.map(({ flavour: wantedFlavour, image: wantedImage, ...vm }, index) => {
    const flavour = byName(flavours, wantedFlavour) ?? flavours[0];
    const image = byName(images, wantedImage) ?? anyImage(images, flavour);
    if (byName(flavours, wantedFlavour) === null)
      warnings.push(
        problemOf(
          'FLAVOUR_GUESSED',
          { code: 'DOC_FLAVOUR_UNKNOWN', params: { vm: vm.name, wanted: wantedFlavour, taken: flavour.name } },
          { node: vm.key, field: 'flavourId' },
        ),
      );
    if (byName(images, wantedImage) === null)
      warnings.push(
        problemOf(
          'IMAGE_GUESSED',
          { code: 'DOC_IMAGE_UNKNOWN', params: { vm: vm.name, wanted: wantedImage, taken: image.name } },
          { node: vm.key, field: 'imageId' },
        ),
      );
    return {
      ...vm,
      flavourId: flavour.id,
      imageId: image.id,
      x: vm.x ?? places[index]?.x ?? 0,
      y: vm.y ?? places[index]?.y ?? 0,
    };
  });
  const networks = document.networks.map((network, index) => {
    const place = places[document.vms.length + index];
    return { ...network, x: network.x ?? place?.x ?? 0, y: network.y ?? place?.y ?? 0 };
  });
  return {
    name: document.name,
    description: document.description,
    topology: withParameters(
      withAnnotations({ vms, networks, edges: document.edges }, document.annotations),
      document.parameters,
    ),
    warnings,
  };
}

/** Our own document as it is written: what a property is by default is not in it. */
export interface WrittenDocument {
  format: 'trama';
  version: 1;
  name: string;
  description: string;
  vms: readonly WrittenPart[];
  networks: readonly WrittenPart[];
  edges: readonly WrittenPart[];
  annotations?: readonly WrittenPart[];
  parameters?: readonly WrittenPart[];
}
export type WrittenPart = Readonly<Record<string, unknown>>;

/**
 * Writes our own document. The catalogue must know all flavours and images of the topology. What a property is by default
 * is not written: a document says what was drawn, however many properties there are.
 */
export function writeTrama(
  { name, description, topology }: TemplateDocument,
  catalogue: Catalogue,
  parts = topologyParts,
): WrittenDocument {
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour.name]));
  const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
  const annotations = annotationsOf(topology);
  const parameters = parametersOf(topology);
  return {
    format: 'trama',
    version: 1,
    name,
    description,
    vms: topology.vms.map(({ flavourId, imageId, key, name: vmName, ...vm }) => ({
      key,
      name: vmName,
      flavour: flavours.get(flavourId) ?? '',
      image: images.get(imageId) ?? '',
      ...withoutDefaults(parts.vm, vm),
    })),
    networks: topology.networks.map((network) => withoutDefaults(parts.network, network)),
    edges: topology.edges.map((edge) => withoutDefaults(parts.edge, edge)),
    // a document that draws nothing beside has no empty list of it
    ...(annotations.length > 0 && {
      annotations: annotations.map((one) => withoutDefaults(annotationParts[one.kind], one)),
    }),
    ...(parameters.length > 0 && {
      parameters: parameters.map((one) => withoutDefaults(parameterParts[one.kind], one)),
    }),
  };
}
