/** Who may join a published network: whom its owner has accepted, or everybody who asks. */
export const admissions = ['asked', 'all'] as const;
export type Admission = (typeof admissions)[number];

/** Whether the networks of a join are one now. */
export const joinStates = ['apart', 'joined'] as const;

/** What becomes of a published network and of a join, in the history of a slice. */
export const networkChanges = [
  'published',
  'withdrawn',
  'asked',
  'accepted',
  'refused',
  'left',
  'joined',
  'parted',
] as const;
/** Those of them that the other slice's owner is told of. */
export const toldNetworkChanges = ['asked', 'accepted', 'refused', 'left', 'withdrawn'] as const;
export type NetworkChange = (typeof networkChanges)[number];
