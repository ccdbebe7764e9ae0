import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { unpack } from './archive';

describe('what somebody drops', () => {
  it('is a text, or an archive with the documents in it', () => {
    expect(unpack('a.yml', strToU8('é: 1'))).toEqual({
      files: [{ name: 'a.yml', text: 'é: 1' }],
      passedOver: [],
      isArchive: false,
    });
    const zip = zipSync({
      'lab/b.clab.yml': strToU8('b'),
      'lab/a.gns3': strToU8('a'),
      'lab/lab.conf': strToU8('c'),
      'lab/r1.startup': strToU8('ip a'),
      'lab/frr.conf': strToU8('x'),
      '__MACOSX/lab/a.gns3': strToU8('x'),
    });
    const { files, passedOver, isArchive } = unpack('labs.zip', zip);
    expect(isArchive).toBe(true);
    expect(files).toEqual([
      { name: 'lab/a.gns3', text: 'a' },
      { name: 'lab/b.clab.yml', text: 'b' },
      { name: 'lab/lab.conf', text: 'c' },
    ]);
    expect(passedOver).toEqual(['lab/r1.startup', 'lab/frr.conf']);
  });

  it('may be UTF-16, or XML that says that it is Latin-1', () => {
    const utf16 = Uint8Array.from([0xff, 0xfe, 0x61, 0, 0xe9, 0]);
    expect(unpack('a', utf16).files).toEqual([{ name: 'a', text: 'aé' }]);
    const latin = Uint8Array.from([
      ...strToU8('<?xml version="1.0" encoding="ISO-8859-1"?><a>'),
      0xe9,
      ...strToU8('</a>'),
    ]);
    expect(unpack('a', latin).files[0]?.text).toContain('<a>é</a>');
    expect(unpack('a', Uint8Array.from([0x7b, 0xe9])).files[0]?.text).toContain('\ufffd');
  });

  it('is never unpacked beyond its bounds, whatever it claims', () => {
    const large = zipSync({ 'a.yml': new Uint8Array(5_000_000), 'b.yml': strToU8('b') });
    expect(unpack('bomb.zip', large)).toMatchObject({ files: [{ name: 'b.yml' }], passedOver: ['a.yml'] });
    // the same, with a size in its directory that is a lie
    const lying = Uint8Array.from(large);
    const view = new DataView(lying.buffer);
    for (let at = 0; at < lying.length - 4; at += 1)
      if (view.getUint32(at, true) === 0x02014b50 && view.getUint32(at + 24, true) === 5_000_000)
        view.setUint32(at + 24, 10, true);
    const lied = unpack('bomb.zip', lying);
    expect(Math.max(...lied.files.map(({ text }) => text.length), 0)).toBeLessThanOrEqual(10);
    const many = zipSync(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`${at}.yml`, strToU8('x')])));
    expect(unpack('many.zip', many).files).toHaveLength(200);
    expect(unpack('half.zip', large.slice(0, 100))).toEqual({ files: [], passedOver: ['half.zip'], isArchive: true });
  });
});
