import { X509Certificate } from 'node:crypto';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import type { SettingsOf } from '#shared/zone-settings';

export type CloudSettings = SettingsOf<'openstack'>;

/** What signs in: an application credential, which is good for one project, or an account and a project. */
export type Credential =
  | { kind: 'application'; id: string; secret: string }
  | { kind: 'account'; user: string; userDomain: string; password: string; project: string; projectDomain: string };

/** The settings as they are used. */
export interface Access {
  /** Ends in `/v3`. */
  authUrl: URL;
  credential: Credential;
  /** Empty: the only one that there is. */
  region: string;
  face: CloudSettings['interface'];
  /** PEM; empty for none. */
  ca: string;
  /** Calls at once. */
  calls: number;
}

/** Rejects settings with which nobody can sign in, and says what they lack. */
export function accessOf(settings: CloudSettings): Access {
  const refuse = (said: ReturnType<typeof say>) => new ProviderError('UNAVAILABLE', said, false);
  if (settings.authUrl === '') throw refuse(say('OPENSTACK_SETTINGS_LACK', { fields: 'authUrl' }));
  const credential = credentialOf(settings);
  if (credential === null) throw refuse(say('OPENSTACK_CREDENTIAL_LACKS'));
  if (settings.caCertificate !== '' && !isCertificate(settings.caCertificate)) throw refuse(say('OPENSTACK_CA_WRONG'));
  return {
    authUrl: keystoneOf(settings.authUrl),
    credential,
    region: settings.region,
    face: settings.interface,
    ca: settings.caCertificate,
    calls: settings.callLimit,
  };
}

/** An application credential goes before an account. */
function credentialOf(settings: CloudSettings): Credential | null {
  const { applicationCredential: id, applicationSecret: secret } = settings;
  if (id !== '' && secret !== undefined) return { kind: 'application', id, secret };
  const { user, userDomain, password, project, projectDomain } = settings;
  if (user === '' || password === undefined || project === '') return null;
  return { kind: 'account', user, userDomain, password, project, projectDomain };
}

/** People give the address with and without its version, which may be that of an older openrc file. */
export function keystoneOf(text: string): URL {
  const url = new URL(text);
  url.search = '';
  url.hash = '';
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/v3') ? path : `${path.replace(/\/v2\.0$/, '')}/v3`;
  return url;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}
