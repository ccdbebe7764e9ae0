import { describe, expect, it } from 'vitest';
import { readConfig } from './config';

describe('readConfig', () => {
  it('has defaults for everything, and takes an empty variable as not set', () => {
    const config = readConfig({ TRAMA_PORT: '', DATABASE_URL: '' }, '/srv/trama');
    expect(config).toMatchObject({
      port: 8000,
      dataDir: '/srv/trama/.trama',
      databaseUrl: null,
      registrationOpen: true,
    });
  });

  it('names every variable that is wrong', () => {
    const read = () => readConfig({ TRAMA_PORT: 'eighty', DATABASE_URL: 'postgres://x', TRAMA_SECRET: 'short' }, '/');
    expect(read).toThrow(/TRAMA_PORT[\s\S]*DATABASE_URL[\s\S]*TRAMA_SECRET/);
  });

  it('takes a list of domains for registration, and open and closed', () => {
    const read = (value: string) => {
      const { registrationOpen, registrationDomains } = readConfig({ TRAMA_REGISTRATION: value }, '/');
      return [registrationOpen, registrationDomains];
    };
    expect(read('open')).toEqual([true, null]);
    expect(read('closed')).toEqual([false, null]);
    expect(read('Example.org, lab.example.com')).toEqual([true, ['example.org', 'lab.example.com']]);
    expect(() => read('example')).toThrow('TRAMA_REGISTRATION');
  });

  it('reads the trusted proxies, none by default', () => {
    const trusts = (value: string, address: string) =>
      readConfig({ TRAMA_TRUSTED_PROXIES: value }, '/').trustedProxies.check(address);
    expect(trusts('', '127.0.0.1')).toBe(false);
    expect(trusts('loopback, 10.0.0.0/8', '127.0.0.1')).toBe(true);
    expect(trusts('loopback, 10.0.0.0/8', '10.1.2.3')).toBe(true);
    expect(() => trusts('everyone', '10.1.2.3')).toThrow(/TRAMA_TRUSTED_PROXIES: everyone/);
  });
});
