import { describe, expect, it } from 'vitest';
import { hostPolicy } from './hosts';

const names = { listening: '127.0.0.1', machine: 'Box.lan', publicUrl: null, allowed: [] };

describe('a host name', () => {
  it('that a stranger made point to a loopback server is refused', () => {
    const may = hostPolicy(names);
    for (const host of [
      'evil.example',
      'evil.example:8000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'notlocalhost',
      '192.168.1.5:8000',
      '[2001:db8::1]:8000',
      'box.lan',
      '',
    ])
      expect(may(host), host).toBe(false);
  });

  it('of the loopback is accepted, and so is a caller that gives none', () => {
    const may = hostPolicy(names);
    for (const host of [
      'localhost',
      'LOCALHOST:8000',
      'localhost.:8000',
      'trama.localhost:8000',
      '127.0.0.1:8000',
      '127.1.2.3',
      '[::1]:8000',
      undefined,
    ])
      expect(may(host), host).toBe(true);
  });

  it('may be any address, and the machine’s name, where the server listens everywhere', () => {
    for (const listening of ['0.0.0.0', '::']) {
      const may = hostPolicy({ ...names, listening });
      for (const host of ['192.168.1.5:8000', '[2001:db8::1]:8000', 'box.lan:8000', 'box.local'])
        expect(may(host), host).toBe(true);
      expect(may('evil.example:8000')).toBe(false);
    }
  });

  it('that is configured is accepted: the public one, one of a list, one below a domain', () => {
    const may = hostPolicy({
      ...names,
      listening: '10.0.0.5',
      publicUrl: 'https://Trama.example.org/',
      allowed: ['lab.example.com', '.example.net'],
    });
    for (const host of ['10.0.0.5:8000', 'trama.example.org', 'lab.example.com:8000', 'a.b.example.net'])
      expect(may(host), host).toBe(true);
    for (const host of ['example.org', 'x.lab.example.com', 'example.net', 'badexample.net', '10.0.0.6'])
      expect(may(host), host).toBe(false);
  });
});
