import assert from 'node:assert/strict';
import { wait } from '#server/providers/openstack/client/caller';
import type { CloudSettings } from '#server/providers/openstack/client/settings';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import { faults, startFaultProxy, type Fault } from './fault-proxy';
import { cleared, deploy, deployedOnce, destroy, expected, lookerOf, mark, run } from './small-slice';

/**
 * Each call of a deploy and a destroy goes wrong in each way: a round has all of them go wrong, each in another way than in the rounds before. Nothing
 * may be there twice once it is deployed again, and nothing may be left.
 */
export async function proveFaults(
  { authUrl }: { authUrl: string },
  settings: CloudSettings,
  { rounds, log }: { rounds: number; log: (line: string) => void },
): Promise<void> {
  const proxy = await startFaultProxy(authUrl);
  const looker = await lookerOf(settings);
  const round = async () => {
    const provider = createOpenStackProvider({
      mark,
      settings: { ...settings, authUrl: proxy.authUrl },
      log: (message, details) => log(`    ${message} ${JSON.stringify(details)}`),
      pause: wait,
    });
    try {
      await run(provider, deploy);
      const first = await looker.names();
      const heals = await deployedOnce(provider, looker);
      await run(provider, destroy);
      assert.deepEqual(await looker.names(), []);
      return { surplus: first.length - expected.length, heals };
    } finally {
      await provider.close();
    }
  };
  try {
    await cleared(settings);
    // what is called when nothing goes wrong, each by the name of what it is of
    const calls = new Set<string>();
    proxy.fault = ({ method, call }) => {
      if (method !== 'GET') calls.add(call);
      return null;
    };
    await round();
    const inOrder = [...calls].sort();
    log(`Faults: a deploy and a destroy of two VMs, a link and a network change something by ${inOrder.length} calls.`);
    const hit = new Set<string>();
    for (let shift = 0; shift < rounds; shift += 1) {
      const began = Date.now();
      const once = new Set<string>();
      proxy.fault = ({ call }): Fault | null => {
        const index = inOrder.indexOf(call);
        if (index < 0 || once.has(call)) return null;
        once.add(call);
        const fault = faults[(index + shift) % faults.length] ?? null;
        hit.add(`${call} ${fault}`);
        return fault;
      };
      const { surplus, heals } = await round();
      const seconds = ((Date.now() - began) / 1000).toFixed(0);
      log(
        `Faults, round ${shift + 1}: ${once.size} calls went wrong, in ${seconds} s; ${surplus} made twice, as wanted after ${heals} more deploys, none left.`,
      );
    }
    const all = inOrder.length * rounds;
    log(`Faults: ${hit.size} of ${all} ways in which a call goes wrong: 0 duplicates, 0 orphans.`);
    // what an earlier fault has made needless, such as the removal of what somebody else has removed, is not called
    assert.ok(hit.size >= all - inOrder.length / 2, 'Too few calls went wrong.');
  } finally {
    await proxy.close();
    looker.close();
  }
}
