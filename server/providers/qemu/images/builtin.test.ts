import { afterEach, expect, test, vi } from 'vitest';
import { buildRefusal, builtinSpec } from './builtin';

afterEach(() => vi.unstubAllEnvs());

test.runIf(process.arch === 'x64')(
  'an image that this machine cannot build says what to install, or that nothing helps',
  async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const refusal = async (name: 'tiny' | 'debian') => (await buildRefusal(builtinSpec(name)))?.message;
    expect(await refusal('debian')).toMatch(
      /^The image “debian” cannot be built here because mmdebstrap is not installed\. Install it: apt-get install --no-install-recommends mmdebstrap /,
    );
    expect(await refusal('tiny')).toMatch(/made of Debian’s or Ubuntu’s packages, and this machine has no apt\.$/);
  },
);
