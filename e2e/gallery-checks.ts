import type { GalleryLab } from '#shared/gallery/labs';
import type { Slice } from '#shared/slice';
import { untilDeployed, type ApiSession } from '../rig/api';

interface Check {
  /** The VM that is asked, and what it is told. */
  on: string;
  run: string | ((slice: Slice) => string);
  says: RegExp;
}

/** The address of the end that is not the router's. */
const hostOn = (edge: string) => (slice: Slice) => {
  const address = slice.edges.find(({ key }) => key === edge)?.targetAddress?.split('/', 1)[0];
  if (address === undefined) throw new Error(`The edge ${edge} has no host.`);
  return address;
};
/** Answers may be a while in coming: routers have to find their ways first. */
const untilIt = (command: string) => `until ${command}; do sleep 1; done`;
const pings = (on: string, edge: string): Check => ({
  on,
  run: (slice) => untilIt(`ping -c 1 -W 2 ${hostOn(edge)(slice)}`),
  says: /, 0% packet loss/,
});
const shows = (on: string, what: string, pattern: string): Check => ({
  on,
  run: `${untilIt(`vtysh -c "${what}" | grep -q "${pattern}"`)}; vtysh -c "${what}"`,
  says: new RegExp(pattern),
});

/** What has to be so of each lab once it is deployed, for its task to make sense. */
const galleryChecks: Record<GalleryLab, readonly Check[]> = {
  'ospf-triangle': [pings('h1', 'r3-h3'), shows('r1', 'show ip route ospf', '10.255.0.3/32')],
  'leaf-spine-bgp': [
    pings('h1', 'leaf3-h3'),
    { ...shows('leaf1', 'show ip route 10.255.2.3', 'eth1'), says: /eth0[\s\S]*eth1|eth1[\s\S]*eth0/ },
  ],
  'two-providers': [
    { on: 'company', run: untilIt('ping -c 1 -W 2 -I 198.51.100.1 203.0.113.1'), says: /, 0% packet loss/ },
    shows('company', 'show bgp ipv4 unicast 203.0.113.1/32', '2 available'),
  ],
  segments: [
    { on: 'staff1', run: 'ping -c 1 -W 5 files; traceroute -n files', says: /, 0% packet loss[\s\S]*^ *2 /m },
    { on: 'staff1', run: 'traceroute -n staff2', says: /^ *1 +192\.168\.10\.(?![\s\S]*^ *2 )/m },
  ],
  ipv6: [
    shows('r1', 'show ipv6 route ospf6', 'fd00:2::/64'),
    { on: 'h1', run: untilIt('ping6 -c 1 -W 2 fd00:ffff::2'), says: /, 0% packet loss/ },
  ],
  'three-tier-web': [
    { on: 'client', run: 'wget -q -O - http://web/cgi-bin/shop', says: /apple 1\.21[\s\S]*cheese 5\.08/ },
  ],
  dhcp: [
    {
      on: 'client1',
      run: 'ip addr flush dev eth0; udhcpc -n -q -i eth0 -s /etc/trama/dhcp; ip addr show dev eth0',
      says: /inet 192\.168\.50\.1[0-5]\d\/24/,
    },
  ],
  'slow-line': [{ on: 'h1', run: 'ping -c 3 -W 5 h2; iperf3 -c h2 -t 3', says: /receiver/ }],
  'failure-drill': [pings('h1', 'r3-h3'), shows('r1', 'show ip ospf neighbor', '10.255.0.4')],
  capture: [
    {
      on: 'listener',
      run: 'timeout 40 tcpdump -l -A -ni eth0 tcp port 80 2> /dev/null | grep -m 1 Authorization',
      says: /Basic YW5hOnN3b3JkZmlzaA==/,
    },
  ],
};

/** Deploys a lab as it is, asks its VMs, and destroys it. Answers what was not as it has to be. */
export async function tryLab(session: ApiSession, lab: GalleryLab, zoneId: number): Promise<string[]> {
  const { api } = session;
  const template = await api.templates.createFromLab.mutate({ lab });
  const made = await api.slices.create.mutate({ name: lab, templateId: template.id, zoneId });
  const start = async (kind: 'deploy' | 'destroy') => {
    const { id } = await api.deployments.start.mutate({ sliceId: made.id, kind });
    await untilDeployed(session, made.id, id);
  };
  await start('deploy');
  const slice = await api.slices.get.query({ id: made.id });
  const wrong: string[] = [];
  for (const { on, run, says } of galleryChecks[lab]) {
    const vmId = slice.vmList.find(({ name }) => name === on)?.id ?? 0;
    const command = typeof run === 'string' ? run : run(slice);
    const { output } = await api.slices.exec.mutate({ sliceId: slice.id, vmId, command, seconds: 60 });
    if (!says.test(output)) wrong.push(`${lab}, ${on}: ${command}\n${output}`);
  }
  await start('destroy');
  return wrong;
}
