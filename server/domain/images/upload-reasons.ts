import { AppError } from '#shared/errors';
import { hostSentence } from '#shared/host-sentence';
import { limits } from '#shared/limits';
import { say, told, type Said } from '#shared/sentence';
import type { UploadRow } from '#server/db/queries/image-uploads';
import { DiskFaultError, type DiskFault } from '#server/lib/disk-images/fault';
import { DownloadError, downloadLimits } from '#server/lib/download';
import { hasCode } from '#server/lib/error-code';
import { ProviderError } from '#server/lib/provider-error';

const diskSentence = {
  unknown: 'DISK_UNKNOWN',
  damaged: 'DISK_DAMAGED',
  'backing-file': 'DISK_BACKING_FILE',
  'data-file': 'DISK_DATA_FILE',
  encrypted: 'DISK_ENCRYPTED',
  'several-files': 'DISK_SEVERAL_FILES',
  nested: 'DISK_NESTED',
  'not-unpacked': 'DISK_NOT_UNPACKED',
  'cd-only': 'DISK_CD_ONLY',
  'no-tool': 'DISK_NO_TOOL',
  'too-slow': 'DISK_TOO_SLOW',
  'no-room': 'DISK_NO_ROOM',
} as const satisfies Record<Exclude<DiskFault, 'too-large' | 'stores-too-much'>, string>;

/** Why an upload becomes no image, for who has begun it. */
export function reasonOf(error: unknown, { fileName: file }: Pick<UploadRow, 'fileName'>): Said {
  if (error instanceof AppError) return error.said;
  if (error instanceof ProviderError) return told(error.sentences);
  if (error instanceof DownloadError) return downloadReason(error);
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return say('UPLOAD_NO_ROOM');
  if (!(error instanceof DiskFaultError)) return say('INTERNAL_LOGGED');
  if (error.fault === 'too-large') return say('DISK_TOO_LARGE', { file, max: limits.uploadedDiskGb });
  if (error.fault === 'stores-too-much') return say('DISK_STORES_TOO_MUCH', { file, max: limits.uploadMb });
  return say(diskSentence[error.fault], { file });
}

function downloadReason({ failure, host, status }: DownloadError): Said {
  switch (failure) {
    case 'forbidden-address':
      return say('URL_FORBIDDEN_ADDRESS', { host });
    case 'redirects':
      return say('URL_REDIRECTS', { max: downloadLimits.redirects });
    case 'no-target':
      return say('URL_NO_TARGET', { host, status });
    case 'plain':
      return say('URL_PLAIN', { host });
    case 'nothing-there':
      return say('URL_NOTHING_THERE', { host, status });
    case 'not-given':
      return say('URL_NOT_GIVEN', { host, status });
    case 'status':
      return say('URL_STATUS', { host, status });
    case 'empty':
      return say('URL_EMPTY', { host });
    case 'too-large':
      return say('URL_TOO_LARGE', { max: limits.uploadMb });
    case 'late':
      return say('URL_SILENT', { host, seconds: downloadLimits.silenceMs / 1000 });
    case 'too-slow':
      return say('URL_TOO_SLOW', { host, hours: downloadLimits.wholeMs / 3_600_000 });
    default:
      return say(hostSentence[failure], { host });
  }
}
