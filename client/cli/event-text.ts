import type { SliceEvent } from '../sdk/index';

/** An event as one line, English. */
export function eventText({ at, data }: SliceEvent): string {
  return `${at}  ${sentence(data)}`;
}

const changes = {
  name: 'the name',
  owner: 'the owner',
  restart: 'the restart after a reboot',
  healing: 'whether it is healed by itself',
  healGaveUp: 'that it is healed by itself (it failed too often in a row)',
  sharing: 'the sharing',
  topology: 'the topology',
  schedules: 'the schedules',
  snapshots: 'a snapshot',
  idle: 'what is done when nothing happens in it, or that nothing does,',
} as const;

const lineChanges = {
  joined: 'waits in line for room in its zone',
  left: 'does not wait in line any more',
  admitted: 'has waited in line, and there is room now',
  dropped: 'cannot wait in line any more',
} as const;

const runChanges = {
  begun: 'has begun',
  done: 'was done',
  left: 'was left out: another one was due, too',
  failed: 'failed',
  stopped: 'was stopped',
  ended: 'is over',
} as const;

function linksSentence({ what, kind, label, deed }: Extract<SliceEvent['data'], { type: 'slice.links' }>): string {
  const run = kind === 'chaos' ? 'failing of links by chance' : 'changing of links by a plan';
  return `${label === null ? run : `${deed} of link ${label}`} ${runChanges[what]}`;
}

const networkWords = {
  published: 'was published',
  withdrawn: 'was withdrawn',
  asked: 'is asked to be joined',
  accepted: 'may be joined',
  refused: 'was not let join',
  left: 'is left',
  joined: 'is joined',
  parted: 'is parted',
} as const;

function networkSentence({ what, network, other }: Extract<SliceEvent['data'], { type: 'slice.network' }>): string {
  return `network ${network} ${networkWords[what]}${other === null ? '' : ` (slice ${other})`}`;
}

const actOutcomes = { begun: 'was begun', left: 'was left out', failed: 'failed' } as const;

function leaseSentence({ what, expiresAt, atEnd }: Extract<SliceEvent['data'], { type: 'slice.lease' }>): string {
  if (what === 'removed' || expiresAt === null) return 'the slice has no lease any more';
  if (what === 'ended') return `the lease has ended: ${atEnd}`;
  if (what === 'warned') return `the lease ends soon, at ${expiresAt}: ${atEnd}`;
  return `the lease ends at ${expiresAt}: ${atEnd}${what === 'cut' ? ' (cut to what is allowed)' : ''}`;
}

function execSentence({ name, command, ...run }: Extract<SliceEvent['data'], { type: 'vm.exec' }>): string {
  const said = run.timedOut ? 'took too long and was ended' : `ended with ${run.exitCode}`;
  const output = run.output.trim().replaceAll('\n', ' | ');
  return `VM ${name} ran \`${command}\`, which ${said}${output === '' ? '' : `: ${output}`}`;
}

function sentence(data: SliceEvent['data']): string {
  const because = 'error' in data && data.error !== null ? `: ${data.error}` : '';
  switch (data.type) {
    case 'slice.status':
      return `slice is ${data.status}`;
    case 'slice.changed':
      return data.name === undefined ? `${changes[data.what]} of the slice changed` : `slice is called ${data.name}`;
    case 'vm.status':
      return `VM ${data.name} is ${data.status}${because}`;
    case 'vm.exec':
      return data.error === null ? execSentence(data) : `VM ${data.name}: \`${data.command}\`${because}`;
    case 'network.status':
      return `network ${data.name} is ${data.status}`;
    case 'edge.status':
      return `link ${data.label} is ${data.status}`;
    case 'deployment.status':
      return `${data.kind} ${data.deploymentId} is ${data.status}${because}`;
    case 'step.status':
      return `${data.action} ${data.label} is ${data.status}${because}`;
    case 'slice.drift':
      return `not as it should be: ${data.drifted.join(', ')}`;
    case 'slice.lease':
      return leaseSentence(data);
    case 'slice.line':
      return `${data.kind} ${lineChanges[data.what]}${because}`;
    case 'slice.act':
      return `${data.kind}, due at ${data.dueAt} by the ${data.of}, ${actOutcomes[data.outcome]}${because}`;
    case 'slice.links':
      return `${linksSentence(data)}${because}`;
    case 'slice.network':
      return `${networkSentence(data)}${because}`;
    case 'deployment.resumed':
      return `deployment ${data.deploymentId} was taken up again`;
    default:
      // a newer server may know more
      return (data satisfies never as { type: string }).type;
  }
}
