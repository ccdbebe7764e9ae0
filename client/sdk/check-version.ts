import { outdated, version, versionHeader } from '#shared/version';
import { TramaError } from './errors';

/** Rejects, with which of the two to upgrade, before an answer is read that a server of another version gave. */
export function checkingVersion(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const theirs = response.headers.get(versionHeader);
    const behind = outdated(version, theirs);
    if (behind === null || theirs === null) return response;
    await response.body?.cancel();
    throw new TramaError(
      'VERSION_MISMATCH',
      behind === 'program'
        ? `The server runs Trama ${theirs}, this program is made for ${version}: upgrade this program (trama ${theirs}).`
        : `The server runs Trama ${theirs}, this program is made for ${version}: the server is to be upgraded, or use trama ${theirs} here.`,
      { status: response.status, params: { server: theirs, program: version } },
    );
  };
}
