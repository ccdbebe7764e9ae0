import { expect, test } from 'vitest';
import { sshAccess, sshCommand } from './ssh-access';

const forward = { protocol: 'tcp' as const, guestPort: 22, hostAddress: '192.0.2.7', hostPort: 20_017 };
const vm = { sshUser: 'trama', status: 'running' as const, forwards: [forward] };
const owner = { ownerSshKeys: 1 };

test('a VM with a forward of port 22, a key and a server that runs has a command', () => {
  const target = sshAccess(owner, vm, 'lab.example.org');
  expect(target).toEqual({ user: 'trama', host: '192.0.2.7', port: 20_017 });
  expect('lacks' in target ? '' : sshCommand(target)).toBe('ssh -p 20017 trama@192.0.2.7');
});

test.each(['0.0.0.0', '::'])('where forwards listen at %s, it is reached where Trama is', (hostAddress) => {
  const everywhere = { ...vm, forwards: [{ ...forward, hostAddress }] };
  expect(sshAccess(owner, everywhere, 'lab.example.org')).toMatchObject({ host: 'lab.example.org' });
});

test('what lacks is said, the first thing first', () => {
  const of = (change: Partial<Parameters<typeof sshAccess>[1]>, keys = 1) =>
    sshAccess({ ownerSshKeys: keys }, { ...vm, ...change }, 'localhost');
  expect(of({ sshUser: null, forwards: [] })).toEqual({ lacks: 'server' });
  expect(of({ forwards: [{ ...forward, protocol: 'udp' }] }, 0)).toEqual({ lacks: 'forward' });
  expect(of({ status: 'stopped' }, 0)).toEqual({ lacks: 'key' });
  expect(of({ status: 'stopped' })).toEqual({ lacks: 'stopped' });
  expect(of({ forwards: [{ ...forward, hostPort: null }] })).toEqual({ lacks: 'port' });
});
