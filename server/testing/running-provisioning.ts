import { beforeAll } from 'vitest';
import type { DomainContext } from '#server/domain/context';
import { testProvisioning } from './provisioning';

/** Has deployments of the file's tests carried out, from its first test to its last. */
export function useProvisioning(context: DomainContext): void {
  beforeAll(() => {
    const provisioning = testProvisioning(context);
    provisioning.run();
    return () => provisioning.stop();
  });
}
