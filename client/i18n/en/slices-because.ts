/** Why Trama asked for an operation. */
export const because = {
  restart: 'asked for by Trama after a restart of the machine',
  heal: 'asked for by Trama, since it was not as it was asked for',
  accountDeleted: 'asked for by Trama when {{name}} deleted the owner’s account',
  lease: 'asked for by Trama at the end of the lease',
  schedule: 'asked for by Trama at the time that was set',
  idle: 'asked for by Trama, since nothing happened in it',
  line: 'asked for by {{name}}, and let in when there was room',
  links: 'asked for by Trama, as a step of changing links by a plan',
  chaos: 'asked for by Trama, as links fail by chance',
} as const;
