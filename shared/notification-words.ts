import { fill } from './fill';
import type { Happening } from './notification';
import { notificationTexts } from './notification-texts';

/** The text at a path of a catalogue (`text.image.ready`), or null: what was told of may be newer or older than it. */
export type NotificationCatalogue = (path: string) => string | null;

/** How whoever makes the sentence says a moment, and what the server has said of a cause. */
export interface NotificationSpeech {
  textAt: NotificationCatalogue;
  moment: (at: string) => string;
  cause: (happening: Extract<Happening, { error: string | null }>) => string;
}

/** The English catalogue. */
export function englishNotification(path: string): string | null {
  let at: unknown = notificationTexts;
  for (const key of path.split('.')) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return typeof at === 'string' ? at : null;
}

const english: NotificationSpeech = {
  textAt: englishNotification,
  moment: (at) => at,
  cause: ({ error }) => error ?? '',
};

/** The one sentence of a notification: page, bell, command line and webhooks all ask here. */
export function notificationWords(happening: Happening, speech: NotificationSpeech = english): string {
  const { path, slots } = partsOf(happening, speech);
  return fill(speech.textAt(`text.${path}`) ?? happening.kind, slots).trim();
}

function partsOf(happening: Happening, speech: NotificationSpeech): { path: string; slots: Record<string, string> } {
  const { kind } = happening;
  switch (kind) {
    case 'deployment.succeeded':
    case 'deployment.cancelled':
    case 'deployment.failed': {
      const { slice, vm, operation } = happening;
      const word = speech.textAt(`operation.${vm === null ? 'slice' : 'vm'}.${operation}`) ?? operation;
      const of = vm === null ? slice.name : fill(speech.textAt('vmOfSlice') ?? '', { vm: vm.name, slice: slice.name });
      const error = kind === 'deployment.failed' ? speech.cause(happening) : '';
      return { path: kind, slots: { operation: word, of, error } };
    }
    case 'slice.degraded':
      return { path: kind, slots: { slice: happening.slice.name, drifted: happening.drifted.join(', ') } };
    case 'lease.expiring':
    case 'lease.expired':
      return {
        path: `${kind}.${happening.end}`,
        slots: { slice: happening.slice.name, at: speech.moment(happening.at) },
      };
    case 'slice.idle':
      return {
        path: `${kind}.${happening.end}`,
        slots: { slice: happening.slice.name, duration: durationOf(happening.minutes) },
      };
    case 'slice.internet': {
      const { slice, percent, mbPerMonth } = happening;
      const usedUp = mbPerMonth === 0 ? 'none' : 'usedUp';
      return {
        path: `${kind}.${percent === 100 ? usedUp : 'scarce'}`,
        slots: { slice: slice.name, mb: String(mbPerMonth) },
      };
    }
    case 'line.admitted':
      return { path: kind, slots: { slice: happening.slice.name, zone: happening.zone.name } };
    case 'line.dropped':
      return {
        path: kind,
        slots: { slice: happening.slice.name, zone: happening.zone.name, error: speech.cause(happening) },
      };
    case 'slice.network': {
      const { slice, network, other, what } = happening;
      return { path: `${kind}.${what}`, slots: { slice: slice.name, network, other } };
    }
    case 'slice.shared':
      return {
        path: `${kind}.${happening.level}`,
        slots: { slice: happening.slice.name, by: happening.by.name },
      };
    case 'template.shared':
      return { path: kind, slots: { template: happening.template.name, by: happening.by.name } };
    case 'image.ready':
      return { path: kind, slots: { image: happening.image.name, zone: happening.zone.name } };
    case 'webhook.failing':
    case 'webhook.disabled':
      return { path: kind, slots: { webhook: happening.webhook.name, error: speech.cause(happening) } };
    case 'image.broken':
      return {
        path: kind,
        slots: { image: happening.image.name, zone: happening.zone.name, error: speech.cause(happening) },
      };
  }
}

function durationOf(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
