import { expect, test } from 'vitest';
import { imageRefusal } from './cloud-images';

const images = [{ id: 'g1', name: 'tiny' }];
const debian = { id: 4, name: 'debian', kind: 'disk' } as const;
const tiny = { id: 1, name: 'tiny', kind: 'kernel' } as const;

test('an image is had by its name, by what is listed for it, or by an upload of a disk', () => {
  const named = { images, listed: new Map<number, string>(), rule: 'named' } as const;
  expect(imageRefusal(named, tiny)).toBeNull();
  expect(imageRefusal(named, debian)?.code).toBe('CLOUD_IMAGE_MISSING');
  expect(imageRefusal({ ...named, rule: 'upload' }, debian)).toBeNull();
  expect(imageRefusal({ ...named, rule: 'upload' }, { ...tiny, name: 'micro' })?.code).toBe('CLOUD_IMAGE_MISSING');
  for (const wanted of ['g1', 'tiny'])
    expect(imageRefusal({ ...named, listed: new Map([[4, wanted]]) }, debian)).toBeNull();
  expect(imageRefusal({ ...named, listed: new Map([[4, 'gone']]), rule: 'upload' }, debian)).toEqual({
    ...{ code: 'CLOUD_IMAGE_GONE', params: { image: 'debian', wanted: 'gone' } },
  });
});
