import { describe, expect, it } from 'vitest';
import { presetTopology } from './presets';
import { ownSizeSchema, type OwnSize, type Topology } from './schema';
import { sizeOf, sizeProblems } from './size';
import { validateTopology } from './validate';

const nano = { id: 1, name: 'nano', vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null };
const image = { id: 1, name: 'debian', kind: 'disk' as const, minRamMb: 512, minDiskGb: 0, retiredAt: null };

function pairWith(ownSize: OwnSize | undefined): Topology {
  const pair = presetTopology('line', { size: 2 }, { flavourId: 1, imageId: 1 });
  return { ...pair, vms: pair.vms.map((vm, at) => (at === 0 ? { ...vm, ownSize } : vm)) };
}

describe('a size of its own', () => {
  it('is what it says, and the flavour’s where it says nothing', () => {
    expect(sizeOf({}, nano)).toEqual({ vcpus: 1, ramMb: 1024, diskGb: 2 });
    expect(sizeOf({ ownSize: { ramMb: 96 } }, nano)).toEqual({ vcpus: 1, ramMb: 96, diskGb: 2 });
    expect(sizeOf({ ownSize: { vcpus: 4, ramMb: 96 } }, nano)).toEqual({ vcpus: 4, ramMb: 96, diskGb: 2 });
  });

  it('says something, within what a flavour may have', () => {
    const fits = (size: unknown) => ownSizeSchema.safeParse(size).success;
    expect(fits({ vcpus: 64 })).toBe(true);
    for (const no of [{}, { vcpus: 0 }, { vcpus: 65 }, { ramMb: 63 }, { ramMb: 1.5 }, { diskGb: 1 }])
      expect(fits(no), JSON.stringify(no)).toBe(false);
  });

  it('is for some roles; what a drawing has already it keeps', () => {
    const drawn = pairWith({ vcpus: 2 });
    const [vm] = drawn.vms;
    expect(sizeProblems(drawn, 'instructor')).toEqual([]);
    expect(sizeProblems(drawn, 'user')).toMatchObject([
      { code: 'SIZE_NOT_ALLOWED', node: vm?.key, field: 'ownSize', params: { vm: vm?.name } },
    ]);
    expect(sizeProblems(drawn, 'user', pairWith({ vcpus: 2 }))).toEqual([]);
    expect(sizeProblems(drawn, 'user', pairWith({ vcpus: 1 }))).toHaveLength(1);
  });

  it('has the RAM that the image needs, whatever the flavour has', () => {
    const found = (ownSize: OwnSize | undefined, flavour = nano) =>
      validateTopology(pairWith(ownSize), { flavours: [flavour], images: [image] }).map(({ code, field }) => [
        code,
        field,
      ]);
    expect(found({ ramMb: 511 })).toEqual([['SIZE_NEEDS_RAM', 'ownSize']]);
    expect(found({ ramMb: 512 })).toEqual([]);
    const small = { ...nano, ramMb: 256 };
    expect(found({ ramMb: 512 }, small)).toEqual([['IMAGE_NEEDS_RAM', 'flavourId']]);
    expect(found({ vcpus: 2 }, small)).toHaveLength(2);
  });
});
