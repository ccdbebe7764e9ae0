/** Of this Trama, as in package.json (a test compares them). Server, SDK and command line are of one version together. */
export const version = '0.1.0';

/** The header in which every answer of the server says its version. */
export const versionHeader = 'x-trama-version';

/**
 * Which of the two is behind when a program and the server are not of the same major and minor version; null when they fit, and
 * when the server, being older than this header or no Trama at all, does not say a version.
 */
export function outdated(program: string, server: string | null): 'program' | 'server' | null {
  const [ours, theirs] = [program, server ?? ''].map((text) => /^(\d+)\.(\d+)\./.exec(text));
  if (ours == null || theirs == null) return null;
  const difference = Number(ours[1]) - Number(theirs[1]) || Number(ours[2]) - Number(theirs[2]);
  return difference === 0 ? null : difference < 0 ? 'program' : 'server';
}
