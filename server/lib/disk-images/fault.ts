/** Why a file becomes no disk image. */
export type DiskFault =
  | 'unknown'
  | 'damaged'
  | 'backing-file'
  | 'data-file'
  | 'encrypted'
  | 'several-files'
  | 'too-large'
  | 'stores-too-much'
  | 'nested'
  | 'not-unpacked'
  | 'cd-only'
  | 'no-tool'
  | 'too-slow'
  | 'no-room';

export class DiskFaultError extends Error {
  override readonly name = 'DiskFaultError';
  constructor(
    readonly fault: DiskFault,
    /** For the log. */
    detail = '',
    options: { cause?: unknown } = {},
  ) {
    super(detail === '' ? fault : `${fault}: ${detail}`, options);
  }
}
