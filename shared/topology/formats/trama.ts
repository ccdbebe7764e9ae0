import { z } from 'zod';
import type { Problem } from '../../errors';
import { limits } from '../../limits';
import { descriptionSchema, hostnameSchema, nameSchema } from '../../primitives';
import type { Catalogue } from '../catalogue';
import { forwardSchema, topologyEdgeSchema, topologyNetworkSchema, topologyVmSchema, type Topology } from '../schema';
import type { ImportedDocument, TemplateDocument } from './document-types';
import { anyImage, byName, choosable } from './guess';
import { layout } from './layout';
import { parseAs } from './parse';

const catalogueName = z.string().trim().min(1).max(limits.nameLength);

/** Our own document. Flavours and images stand in it by name, so that it means the same in another installation. */
const tramaDocumentSchema = z.strictObject({
  format: z.literal('trama'),
  version: z.literal(1, 'This version of the document is not known here.'),
  name: nameSchema,
  description: descriptionSchema.default(''),
  vms: z
    .array(
      z.strictObject({
        key: topologyVmSchema.shape.key,
        name: hostnameSchema,
        flavour: catalogueName,
        image: catalogueName,
        internet: z.boolean().default(false),
        forwards: z.array(forwardSchema).max(limits.forwardsPerVm).default([]),
        x: topologyVmSchema.shape.x.optional(),
        y: topologyVmSchema.shape.y.optional(),
      }),
    )
    .max(limits.vmsPerTopology, `A topology has at most ${limits.vmsPerTopology} VMs.`),
  networks: z
    .array(
      topologyNetworkSchema.extend({
        x: topologyNetworkSchema.shape.x.optional(),
        y: topologyNetworkSchema.shape.y.optional(),
      }),
    )
    .max(limits.networksPerTopology, `A topology has at most ${limits.networksPerTopology} networks.`)
    .default([]),
  edges: z
    .array(topologyEdgeSchema)
    .max(limits.edgesPerTopology, `A topology has at most ${limits.edgesPerTopology} edges.`)
    .default([]),
});

/** Reads our own document. An unknown flavour or image is replaced by the first there is, with a warning. */
export function readTrama(value: unknown, catalogue: Catalogue): ImportedDocument {
  const document = parseAs(tramaDocumentSchema, value);
  const { flavours, images } = choosable(catalogue);
  const warnings: Problem[] = [];
  const places = layout(document.vms.length + document.networks.length);
  const vms = document.vms.map((vm, index) => {
    const flavour = byName(flavours, vm.flavour) ?? flavours[0];
    const image = byName(images, vm.image) ?? anyImage(images, flavour);
    if (byName(flavours, vm.flavour) === null)
      warnings.push({
        code: 'FLAVOUR_GUESSED',
        message: `${vm.name}: there is no flavour ${vm.flavour} here; ${flavour.name} was taken.`,
        node: vm.key,
        field: 'flavourId',
        params: { vm: vm.name, wanted: vm.flavour, taken: flavour.name },
      });
    if (byName(images, vm.image) === null)
      warnings.push({
        code: 'IMAGE_GUESSED',
        message: `${vm.name}: there is no image ${vm.image} here; ${image.name} was taken.`,
        node: vm.key,
        field: 'imageId',
        params: { vm: vm.name, wanted: vm.image, taken: image.name },
      });
    return {
      key: vm.key,
      name: vm.name,
      flavourId: flavour.id,
      imageId: image.id,
      internet: vm.internet,
      forwards: vm.forwards,
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
    topology: { vms, networks, edges: document.edges },
    warnings,
  };
}

/** Writes our own document. The catalogue must know all flavours and images of the topology. */
export function writeTrama({ name, description, topology }: TemplateDocument, catalogue: Catalogue): unknown {
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour.name]));
  const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
  const vm = ({ key, name: vmName, flavourId, imageId, internet, forwards, x, y }: Topology['vms'][number]) => ({
    key,
    name: vmName,
    flavour: flavours.get(flavourId) ?? '',
    image: images.get(imageId) ?? '',
    internet,
    forwards: forwards.map(({ protocol, guestPort }) => ({ protocol, guestPort })),
    x,
    y,
  });
  return {
    format: 'trama',
    version: 1,
    name,
    description,
    vms: topology.vms.map(vm),
    networks: topology.networks.map(({ key, name: networkName, x, y }) => ({ key, name: networkName, x, y })),
    edges: topology.edges.map(({ key, source, target }) => ({ key, source, target })),
  };
}
