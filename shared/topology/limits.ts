/** Limits of what VMs and links are set to; apart from the others, which come with the first page. */
export const drawingLimits = {
  /** Characters of a VM's cloud-config. */
  userDataLength: 65_536,
  /** Disks beside the one that a VM boots: with that one they fill a PCI slot, which has eight functions. */
  disksPerVm: 7,
  diskLabelLength: 20,
  /** Characters of what a guest calls itself, with its domain. */
  guestHostnameLength: 253,
  /** Environment variables of one VM, and characters of the name and the value of each: what is made of them is one argument of a command. */
  variablesPerVm: 32,
  variableNameLength: 64,
  variableValueLength: 512,
  passwordHashLength: 160,
  /** Commands that are run in a VM's guest after its boot, and characters of each. */
  execPerVm: 16,
  execLength: 2_000,
  /** Prefix lengths of subnets that are chosen; a link may have one that only its two ends are in (RFC 3021). */
  shortestPrefix: 8,
  longestNetworkPrefix: 30,
  longestLinkPrefix: 31,
  leastMtu: 68,
  /** What IPv6 takes of every link (RFC 8200 §5). */
  leastMtuOfIpv6: 1280,
  mostMtu: 9216,
  /** Longest delay of a link in one direction. */
  linkDelayMs: 60_000,
  linkRateKbps: 100_000_000,
  linkQueuePackets: 10_000,
} as const;
