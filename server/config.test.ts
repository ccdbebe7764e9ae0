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
});
