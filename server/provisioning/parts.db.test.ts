import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { templates } from '#drizzle/schema/templates';
import { sameTopology } from '#shared/topology/same';
import { readTrama, writeTrama } from '#shared/topology/formats/trama';
import { effects, propertiesOf, propertyFacts } from '#shared/topology/properties';
import {
  topologyEdgeSchema,
  topologyNetworkSchema,
  topologyParts,
  topologyVmSchema,
  type Topology,
} from '#shared/topology/schema';
import { insertSliceParts } from '#server/db/queries/slices';
import { catalogueOf, insertRevision, readTopology } from '#server/db/queries/topologies';
import { copyOfDrawing } from '#server/domain/slices/write-slices';
import type { Actor } from '#server/domain/context';
import { vmRecordSchemaOf } from '#server/providers/qemu/records';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { specsOf } from '#server/domain/deployments/specs';
import { small } from '#server/testing/drawings';
import { insertActor, simulatedZone } from '#server/testing/rows';

/** The topology's own schemas with one property more for each kind of part: all that a new property takes. */
const parts = {
  vm: topologyVmSchema.extend({
    motd: z.string().max(100).default('').register(propertyFacts, { effect: 'live' }),
  }),
  network: topologyNetworkSchema.extend({
    dns: z.array(z.string()).max(2).default([]).register(propertyFacts, { effect: 'restart' }),
  }),
  edge: topologyEdgeSchema.extend({
    medium: z.strictObject({ metres: z.number() }).default({ metres: 0 }).register(propertyFacts, { effect: 'live' }),
  }),
};
const drawn: Topology = {
  vms: small.vms.map((vm) => ({ ...vm, motd: `Welcome to ${vm.name}` })),
  networks: small.networks.map((network) => ({ ...network, dns: ['10.9.9.9'] })),
  edges: small.edges.map((edge, index) => ({ ...edge, medium: { metres: index + 1 } })),
};

const database = useDatabase();
let actor: Actor;
let zoneId: number;
beforeEach(async () => {
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});

/** A template with one revision, and a slice made from it. */
async function save(topology: Topology) {
  const { db } = database;
  const [template] = await db.insert(templates).values({ ownerId: actor.userId, name: 'lab' });
  const revision = await insertRevision(
    db,
    { templateId: template.insertId, number: 1, createdBy: actor.userId, topology },
    parts,
  );
  const [slice] = await db.insert(slices).values({ ownerId: actor.userId, zoneId, name: 'lab' });
  return { revision, sliceId: slice.insertId };
}

describe('a property that is stated in one place', () => {
  test('is lost nowhere between the drawing and what the provider keeps', async () => {
    const { db } = database;
    const { revision, sliceId } = await save(drawn);

    const loaded = await readTopology(db, revision, parts);
    expect(loaded).toEqual(drawn);

    const catalogue = await catalogueOf(db, loaded);
    const document: unknown = JSON.parse(
      JSON.stringify(writeTrama({ name: 'Lab', description: '', topology: loaded }, catalogue, parts)),
    );
    expect(readTrama(document, catalogue, parts).topology).toEqual(drawn);

    await insertSliceParts(db, sliceId, await copyOfDrawing(db, loaded), parts);
    const model = await loadSliceModel(db, sliceId);
    const specs = specsOf(model, parts);
    for (const { id, name } of model.vms) {
      expect(specs.vm(id)).toMatchObject({ name, motd: `Welcome to ${name}` });
      const record = { spec: specs.vm(id), hostPorts: [], expected: 'on', ready: true, error: null, bootConfig: null };
      const kept = vmRecordSchemaOf(parts).parse(JSON.parse(JSON.stringify(record)));
      expect(kept.spec).toEqual(specs.vm(id));
    }
    expect([...specs.networks.values()]).toMatchObject(model.networks.map(({ name }) => ({ name, dns: ['10.9.9.9'] })));
    expect([...specs.edges.values()].map((edge) => ({ ...edge }))).toMatchObject(
      drawn.edges.map((_, index) => ({ medium: { metres: index + 1 } })),
    );
  });

  test.each([
    ['a VM', { ...drawn, vms: drawn.vms.map((vm) => ({ ...vm, motd: 'Keep out' })) }],
    ['a network', { ...drawn, networks: drawn.networks.map((network) => ({ ...network, dns: [] })) }],
    ['an edge', { ...drawn, edges: drawn.edges.map((edge) => ({ ...edge, medium: { metres: 900 } })) }],
  ])('makes another drawing when it differs in %s', (_, other) => {
    expect(sameTopology(drawn, structuredClone(drawn))).toBe(true);
    expect(sameTopology(drawn, other)).toBe(false);
  });

  test('has its default in rows, documents and records that are older than it', async () => {
    const { db } = database;
    const defaults = (part: object) => expect.objectContaining(part) as unknown;
    const { revision, sliceId } = await save(small);
    const loaded = await readTopology(db, revision, parts);
    expect(loaded.vms).toEqual(small.vms.map(() => defaults({ motd: '' })));
    expect(loaded.networks).toEqual(small.networks.map(() => defaults({ dns: [] })));
    expect(loaded.edges).toEqual(small.edges.map(() => defaults({ medium: { metres: 0 } })));

    const catalogue = await catalogueOf(db, small);
    const document = writeTrama({ name: 'Lab', description: '', topology: small }, catalogue);
    expect(readTrama(document, catalogue, parts).topology).toEqual(loaded);

    await insertSliceParts(db, sliceId, await copyOfDrawing(db, small));
    const model = await loadSliceModel(db, sliceId);
    const [vm] = model.vms;
    const record = { spec: specsOf(model).vm(vm?.id ?? 0), hostPorts: [], expected: 'off', ready: false, error: null };
    const kept = vmRecordSchemaOf(parts).parse({ ...record, bootConfig: null });
    expect(kept.spec).toMatchObject({ motd: '' });
    // nobody has written down what was applied of it
    expect(kept).toMatchObject({ applied: null, edges: [] });
  });
});

test('every property of every part has a default, and says how a change of it takes effect', () => {
  for (const part of Object.values(topologyParts))
    for (const { name, schema, facts } of propertiesOf(part)) {
      expect(schema.safeParse(undefined).success, name).toBe(true);
      expect(effects).toContain(facts.effect);
    }
  expect(propertiesOf(topologyVmSchema).map(({ name }) => name)).toEqual([
    'label',
    'icon',
    'locked',
    'location',
    'ownSize',
    'internet',
    'graphics',
    'router',
    'forwards',
    'disks',
    'boot',
    'files',
    'environment',
    'hostname',
    'userData',
    'password',
    'exec',
    'startAfter',
    'ready',
    'count',
    'flavourFrom',
    'imageFrom',
  ]);
});
