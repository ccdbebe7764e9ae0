import { availabilityZones, flavours, images } from '#drizzle/schema/catalogue';
import { quotas, roles } from '#drizzle/schema/users';
import type { Database } from '#server/db/client';
import { inTransaction } from '#server/db/transaction';
import { roles as roleNames } from '#shared/auth';
import { builtinImages } from '#shared/builtin-images';

/** What every new database holds. Keys are given, so that it is the same rows however the database was made. */
export const seedRows = {
  roles: roleNames.map((name, index) => ({ id: index + 1, name })),
  flavours: [
    { id: 1, name: 'nano', vcpus: 1, ramMb: 1024, diskGb: 2 },
    { id: 2, name: 'mini', vcpus: 1, ramMb: 2048, diskGb: 3 },
    { id: 3, name: 'micro', vcpus: 2, ramMb: 2048, diskGb: 4 },
    { id: 4, name: 'small', vcpus: 2, ramMb: 4096, diskGb: 6 },
    { id: 5, name: 'medium', vcpus: 4, ramMb: 8192, diskGb: 8 },
    { id: 6, name: 'large', vcpus: 8, ramMb: 12288, diskGb: 10 },
    { id: 7, name: 'xlarge', vcpus: 16, ramMb: 16384, diskGb: 12 },
  ],
  images: Object.entries(builtinImages).map(([name, image], index) => ({
    id: index + 1,
    name,
    source: `builtin:${name}`,
    ...image,
  })),
  availabilityZones: [{ id: 1, name: 'local', provider: 'qemu', overcommit: { vcpus: 16, ram: 4, disk: 4 } }],
  // room for a course's work, and an end to what a stranger can take; roles are numbered as above
  quotas: [
    {
      id: 1,
      roleId: 1,
      slices: 20,
      vms: 200,
      vcpus: 400,
      ramMb: 524_288,
      diskGb: 2_000,
      runningVms: 60,
      runningVcpus: 120,
      runningRamMb: 131_072,
      snapshots: 40,
      imageMb: 20_480,
    },
    {
      id: 2,
      roleId: 2,
      slices: 200,
      vms: 2_000,
      vcpus: 4_000,
      ramMb: 4_194_304,
      diskGb: 20_000,
      runningVms: 600,
      runningVcpus: 1_200,
      runningRamMb: 1_048_576,
      snapshots: 400,
      imageMb: 204_800,
    },
  ],
} satisfies {
  roles: (typeof roles.$inferInsert)[];
  flavours: (typeof flavours.$inferInsert)[];
  images: (typeof images.$inferInsert)[];
  availabilityZones: (typeof availabilityZones.$inferInsert)[];
  quotas: (typeof quotas.$inferInsert)[];
};

/**
 * Puts the base rows into a database that lacks them, in one transaction. Roles are code, so a missing one is added;
 * the catalogue belongs to the admins from then on: a table that holds any row is left as it is, so nothing that they
 * changed is overwritten and nothing that they retired or renamed comes back. Rows of later versions come by migration.
 * Not safe beside another seed: call it under the lock of `migrate`.
 */
export async function seed(db: Database): Promise<void> {
  await inTransaction(db, async (tx) => {
    const present = new Set((await tx.select({ name: roles.name }).from(roles)).map((role) => role.name));
    const missing = seedRows.roles.filter((role) => !present.has(role.name));
    // another role may hold the number in a database of another age
    const rows = present.size === 0 ? missing : missing.map(({ name }) => ({ name }));
    if (rows.length > 0) await tx.insert(roles).values(rows);
    // the numbers of the roles are those above in a new database only
    if ((await tx.$count(quotas)) === 0 && present.size === 0) await tx.insert(quotas).values(seedRows.quotas);
    if ((await tx.$count(flavours)) === 0) await tx.insert(flavours).values(seedRows.flavours);
    if ((await tx.$count(images)) === 0) await tx.insert(images).values(seedRows.images);
    if ((await tx.$count(availabilityZones)) === 0)
      await tx.insert(availabilityZones).values(seedRows.availabilityZones);
  });
}
