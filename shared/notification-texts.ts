import { auditTexts } from './audit-texts';

/** The sentences of notifications in English, for programs, the command line and the browser; another language has the same keys. */
export const notificationTexts = {
  operation: auditTexts.operation,
  vmOfSlice: '{{vm}} of {{slice}}',
  text: {
    deployment: {
      succeeded: '{{operation}} {{of}}: done.',
      failed: '{{operation}} {{of}}: failed. {{error}}',
      cancelled: '{{operation}} {{of}}: cancelled.',
    },
    slice: {
      degraded: '{{slice}} is degraded: {{drifted}}.',
      idle: {
        suggest: 'Nothing has happened in {{slice}} for {{duration}}. Stop or suspend it if it is not needed.',
        suspend: 'Nothing has happened in {{slice}} for {{duration}}: it is being suspended.',
        stop: 'Nothing has happened in {{slice}} for {{duration}}: it is being stopped.',
      },
      internet: {
        scarce: '{{slice}} has used 80 % of the {{mb}} MiB that it may have of the internet in this month.',
        usedUp:
          '{{slice}} has used up the {{mb}} MiB that it may have of the internet in this month: it has none any more.',
        none: '{{slice}} may have nothing of the internet in this month: it has none any more.',
      },
      network: {
        asked: 'Slice {{other}} asks to join the network {{network}} of {{slice}}.',
        accepted: 'The network {{network}} of {{slice}} may join that of slice {{other}}.',
        refused: 'The network {{network}} of {{slice}} was not let join that of slice {{other}}.',
        left: 'The network {{network}} of {{slice}} and that of slice {{other}} are joined no longer.',
        withdrawn: 'The network that {{network}} of {{slice}} joins was withdrawn, by slice {{other}}.',
      },
      shared: {
        view: '{{by}} shares the slice {{slice}} with you, to view.',
        operate: '{{by}} shares the slice {{slice}} with you, to operate.',
      },
    },
    template: { shared: '{{by}} shares the template {{template}} with you.' },
    lease: {
      expiring: {
        stop: 'The lease of {{slice}} ends at {{at}}: it will be stopped.',
        suspend: 'The lease of {{slice}} ends at {{at}}: it will be suspended.',
        destroy: 'The lease of {{slice}} ends at {{at}}: it will be destroyed.',
      },
      expired: {
        stop: 'The lease of {{slice}} has ended: it is being stopped.',
        suspend: 'The lease of {{slice}} has ended: it is being suspended.',
        destroy: 'The lease of {{slice}} has ended: it is being destroyed.',
      },
    },
    line: {
      admitted: 'Zone {{zone}} has room for {{slice}} now: it is being deployed.',
      dropped: '{{slice}} does not wait for room in zone {{zone}} any more. {{error}}',
    },
    image: {
      ready: 'The image {{image}} is ready in zone {{zone}}.',
      broken: 'The image {{image}} is not good in zone {{zone}}. {{error}}',
    },
    webhook: {
      failing: 'A call of the webhook {{webhook}} was given up. {{error}}',
      disabled: 'The webhook {{webhook}} was switched off: no call has succeeded for three days. {{error}}',
    },
  },
} as const;
