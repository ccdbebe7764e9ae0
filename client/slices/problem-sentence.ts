import type { TFunction } from 'i18next';
import type { Problem } from '#shared/errors';
import { sliceStatuses, type SliceStatus } from '#shared/slice-status';
import { valueProblemCodes, type ValueProblemCode } from '#shared/topology/parameters/problems';
import { topologyProblemCodes, type TopologyProblemCode } from '#shared/topology/validate';
import { spoken } from '../i18n/spoken';
import { formatQuota, quotaFieldOf, quotaGroups } from '../quota/quota-fields';
import { formatDisk, formatRam } from '../ui/format';

type SlicesT = TFunction<['slices', 'common', 'problems']>;

export interface ProblemText {
  what: string;
  /** What to do about it, where that is known. */
  remedy: string | null;
}

/**
 * A plan's problem in the reader's language: by its code where there is a sentence for it, else the server's own.
 * Where the provider gave a reason, the server's sentence has it, so that one is shown besides.
 */
export function problemText(t: SlicesT, language: string, problem: Problem): ProblemText {
  const { code, message, params = {} } = problem;
  const names = {
    zone: params.zone ?? '',
    vm: params.vm ?? '',
    image: params.image ?? '',
    host: params.host ?? '',
    link: params.link ?? '',
    network: params.network ?? '',
  };
  switch (code) {
    case 'SLICE_BUSY':
    case 'LEASE_ENDED':
    case 'ROOM_KEPT':
    case 'SLICE_IN_LINE':
    case 'ZONE_DISABLED':
    case 'ZONE_AWAY':
      return { what: t(`problem.${code}`, names), remedy: t(`remedy.${code}`) };
    case 'INVALID_TRANSITION': {
      const status = sliceStatuses.find((known) => known === params.status);
      return {
        what: status === undefined ? message : t('problem.INVALID_TRANSITION', { status: statusWord(t, status) }),
        remedy: null,
      };
    }
    case 'NO_CAPACITY': {
      const resource = resourceOf(params.resource);
      if (resource === null) return { what: message, remedy: t('remedy.NO_CAPACITY') };
      const amount = (value: unknown) => formatResource(resource, Number(value), language);
      return {
        what: t('problem.NO_CAPACITY', {
          zone: names.zone,
          resource: t(`plan.resource.${resource}`),
          needs: amount(params.needs),
          free: amount(params.free),
          lacking: amount(params.lacking),
        }),
        remedy: t('remedy.NO_CAPACITY'),
      };
    }
    case 'QUOTA_EXCEEDED': {
      const field = quotaFieldOf(params.field);
      if (field === null) return { what: message, remedy: t('remedy.QUOTA_EXCEEDED') };
      const amount = (value: unknown) => formatQuota(field, Number(value), language);
      return {
        what: t('problem.QUOTA_EXCEEDED', {
          field: t(`plan.quotaField.${field}`),
          limit: amount(params.limit),
          used: amount(params.used),
          added: amount(params.more),
        }),
        remedy: t('remedy.QUOTA_EXCEEDED'),
      };
    }
    case 'VM_OUT_OF_RANGE': {
      const resource = resourceOf(params.resource);
      if (resource === null) return { what: message, remedy: t('remedy.VM_OUT_OF_RANGE') };
      const [has = '', min = '', max = ''] = [params.has, params.min, params.max].map((value) =>
        formatResource(resource, Number(value), language),
      );
      const amounts = { resource: capitalised(t(`plan.resource.${resource}`)), has, min, max };
      return { what: t('problem.VM_OUT_OF_RANGE', { ...names, ...amounts }), remedy: t('remedy.VM_OUT_OF_RANGE') };
    }
    case 'VM_TOO_MANY_NICS': {
      const amounts = { needs: Number(params.needs), max: Number(params.max) };
      return { what: t('problem.VM_TOO_MANY_NICS', { ...names, ...amounts }), remedy: t('remedy.VM_TOO_MANY_NICS') };
    }
    case 'IMAGE_NEEDS_RAM':
    case 'IMAGE_NEEDS_DISK': {
      // found in the drawing, not by the planner: other facts, and so another sentence
      if (params.has === undefined) return drawingText(t, problem);
      const amount = (value: unknown) =>
        formatResource(code === 'IMAGE_NEEDS_RAM' ? 'ramMb' : 'diskGb', Number(value), language);
      const what = t(`problem.${code}`, { ...names, has: amount(params.has), needs: amount(params.needs) });
      return { what, remedy: t(`remedy.${code}`) };
    }
    case 'ZONE_CANNOT_RUN':
    case 'ZONE_UNAVAILABLE':
    case 'INTERNET_UNSUPPORTED':
    case 'GRAPHICS_UNSUPPORTED':
    case 'EXTRA_DISKS_UNSUPPORTED':
    case 'EXEC_UNSUPPORTED':
    case 'FORWARDS_UNSUPPORTED':
    case 'DISKS_UNSUPPORTED':
    case 'IMPAIR_UNSUPPORTED':
    case 'DHCP_UNSUPPORTED':
    case 'IMAGE_UNBUILDABLE':
      return { what: withReason(t(`problem.${code}`, names), problem, language), remedy: t(`remedy.${code}`) };
    default:
      return drawingText(t, problem);
  }
}

/** Whether not even a draft can be made: drafts count for the totals of a quota. */
export function holdsBackDraft({ code, params }: Problem): boolean {
  return code === 'QUOTA_EXCEEDED' && quotaGroups.total.some((field) => field === params?.field);
}

/** All of them, one after the other: for a notice, which has no room for what to do about each. */
export function problemSentences(t: SlicesT, language: string, problems: readonly Problem[]): string {
  return problems.map((problem) => problemText(t, language, problem).what).join(' ');
}

/** What is wrong with the drawing itself; the server's own sentence for what is not known here. */
function drawingText(t: SlicesT, { code, message, params, sentences }: Problem): ProblemText {
  const known: readonly string[] = [...topologyProblemCodes, ...valueProblemCodes];
  const isKnown = (name: string): name is TopologyProblemCode | ValueProblemCode => known.includes(name);
  if (!isKnown(code)) return { what: spoken(message, sentences), remedy: null };
  return { what: t(`problems:${code}`, { ...params, defaultValue: message }), remedy: t('remedy.drawing') };
}

/** The server's English sentence says the same and the provider's reason: it is enough alone for who reads English. */
function withReason(translated: string, { message, because }: Problem, language: string): string {
  if (language.startsWith('en')) return message;
  return `${translated} (${spoken(message, because)})`;
}

function statusWord(t: SlicesT, status: SliceStatus): string {
  return t(`common:status.slice.${status}`);
}

/** vCPU stays as it is. */
function capitalised(word: string): string {
  return word.startsWith('v') ? word : word.slice(0, 1).toUpperCase() + word.slice(1);
}

export type ResourceName = 'vcpus' | 'ramMb' | 'diskGb';

function resourceOf(value: unknown): ResourceName | null {
  return value === 'vcpus' || value === 'ramMb' || value === 'diskGb' ? value : null;
}

export function formatResource(resource: ResourceName, amount: number, language: string): string {
  if (resource === 'ramMb') return formatRam(amount, language);
  if (resource === 'diskGb') return formatDisk(amount, language);
  return String(amount);
}
