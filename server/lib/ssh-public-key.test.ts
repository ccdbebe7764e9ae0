import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSshPublicKey } from './ssh-public-key';

const field = (content: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};
const blobOf = (...fields: (string | Buffer)[]) =>
  Buffer.concat(fields.map((one) => field(Buffer.from(one)))).toString('base64');
const rsa = (bytes: number) =>
  blobOf('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.concat([Buffer.alloc(1), Buffer.alloc(bytes, 0xff)]));
const ed25519 = blobOf('ssh-ed25519', Buffer.alloc(32, 7));

test.each([
  [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpRVsSAGTqjkEUWioWW6oK3fiBvgDUAHc4OYKE85DC4 ada@laptop',
    'SHA256:L12sL1edKUEJggp5S49nvNwIKN7gWO/yg/jWEzfj+Jw',
  ],
  [
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDG5xmVvz9ngETxtZkZw0kNDcuGBg1nfAKICz/0qCs5bHNFcScfxrAbqV5pK9MLCDz2p+io9vY5/F+e6HJRl3pqTIuuWFjprCIqDIm+k1SKXEiFSetiykBWbOHds0cBNBdWm0rR5zsgzcZtR5iTCtmLILC7plc5v+vRH055uGmCdaTP5lae4reHIgJpVaryaqY/s65jcGtxpLM7lKDcm37Agg/U58N93AT0mZ70WvdZWW/LPI/vyLyGRqyZ5Wjj77DIjTlLY1l0j0hrx7rgjco8I/6WtSPUAlZZV9Vfzcise02GiZH8iTdPQ5uXA2q3sj0D0eGs7TKwg/bK2OZ9be6N ada@laptop',
    'SHA256:eizKFfx1Aq+IKnsQuSQ2IVML1l5ZuXyQqrBsOLNCIBg',
  ],
  [
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLqtL1i3HwseoUymiGOdsPhvJ/aWRiTbXRNW4RUFuR8lealv+YZnKeLPOYwyqQZmJdxN81+YmyX2tYGbBicz6N0= ada@laptop',
    'SHA256:4Dxu55lRr2DQ/dLpppw6jt0w2CuBpDmg2zeCs240rTM',
  ],
  [
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBP6NC+/SoRbthqIPj5IlxkqvlrjN2KN3zyAQE3wfBNX0/MpIAOdHkt22O8nfPPLzh4tfVJLFWY8gefvAcdbfod8EVpgBQpXuyGW3MQbsFuvAslTCcCFGNTKymkoXbwfRqg== ada@laptop',
    'SHA256:b/IyVbXMwFOSLSeOGfUfJIZEL99cv95ek9hvtEJBTq4',
  ],
  [
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABg6PIzBtkQ0n3n64lOtUKWo7PhoLIPyNJ+M37UexJPkh8vu/YsI0mBG9hyx0ChmVguA6MJ3CAfZCITtwcW1CgTEAFkW0cfmhYHs3mYjir/ZcgYmJaf3xktynttrUKW7//t6htDtvIo5/JUQ9MME+tYHsyCtaOTw5qcT08rbLt75HklKQ== ada@laptop',
    'SHA256:BTPqglBfbdNmkGRPgXDrrTfbGU0/MFqOpeHpp6TVDrc',
  ],
])('%s has the fingerprint that ssh-keygen shows', (line, fingerprint) => {
  const key = parseSshPublicKey(line);
  expect(key).toMatchObject({ fingerprint, comment: 'ada@laptop' });
  expect('blob' in key && `${key.type} ${key.blob} ${key.comment}`).toBe(line);
});

test.each([
  [`ssh-ed25519 ${ed25519}`, ''],
  [`ssh-rsa ${rsa(256)} build host`, 'build host'],
  [`sk-ssh-ed25519@openssh.com ${blobOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 7), 'ssh:')} stick`, 'stick'],
])('%s is a key', (line, comment) => {
  expect(parseSshPublicKey(line)).toMatchObject({ comment, fingerprint: expect.stringMatching(/^SHA256:.{43}$/) });
});

test.each([
  ['a word', { fault: 'unknown' }],
  ['ssh-ed25519', { fault: 'damaged' }],
  [`ssh-ed25519 ${ed25519.slice(0, 40)}`, { fault: 'damaged' }],
  [`ssh-ed25519 ${ed25519}!`, { fault: 'damaged' }],
  // the name inside says another kind
  [`ssh-rsa ${ed25519}`, { fault: 'damaged' }],
  [`ssh-ed25519 ${blobOf('ssh-ed25519', Buffer.alloc(31, 7))}`, { fault: 'damaged' }],
  [`ssh-ed25519 ${blobOf('ssh-ed25519', Buffer.alloc(32, 7), 'more')}`, { fault: 'damaged' }],
  [`ssh-dss ${blobOf('ssh-dss', 'p', 'q', 'g', 'y')}`, { fault: 'type', type: 'ssh-dss' }],
  [`ssh-rsa ${rsa(128)}`, { fault: 'weak', bits: 1024 }],
  [`from="10.0.0.0/8" ssh-ed25519 ${ed25519}`, { fault: 'options' }],
  [`ssh-ed25519-cert-v01@openssh.com ${ed25519}`, { fault: 'certificate' }],
  ['---- BEGIN SSH2 PUBLIC KEY ----', { fault: 'other-form' }],
  ['-----BEGIN RSA PUBLIC KEY-----', { fault: 'other-form' }],
  ['-----BEGIN RSA PRIVATE KEY-----', { fault: 'private' }],
  ['PuTTY-User-Key-File-3: ssh-ed25519', { fault: 'private' }],
])('%s is none', (line, fault) => {
  expect(parseSshPublicKey(line)).toEqual(fault);
});

test('whatever is cut off or changed in a key is no key, and nothing throws', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: ed25519.length - 1 }), (at) => {
      expect(parseSshPublicKey(`ssh-ed25519 ${ed25519.slice(0, at)}`)).toEqual({ fault: 'damaged' });
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseSshPublicKey(text)).toHaveProperty('fault');
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const line = `ssh-ed25519 ${Buffer.from(bytes).toString('base64')}`;
      expect(parseSshPublicKey(line)).toHaveProperty('fault');
    }),
  );
});
