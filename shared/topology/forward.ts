export const forwardProtocols = ['tcp', 'udp'] as const;
export type ForwardProtocol = (typeof forwardProtocols)[number];

/** A port of a guest that is reached through its zone's host; which port there, is said where it is deployed. */
export interface Forward {
  protocol: ForwardProtocol;
  guestPort: number;
}

/** What two forwards of one VM cannot share. */
export type ForwardKey = `${ForwardProtocol}:${number}`;
export const forwardKey = ({ protocol, guestPort }: Forward): ForwardKey => `${protocol}:${guestPort}`;

/** `53/udp`; of TCP, which is what goes without saying, only the port. */
export const forwardText = ({ protocol, guestPort }: Forward): string =>
  protocol === 'tcp' ? String(guestPort) : `${guestPort}/${protocol}`;

/** `127.0.0.1:40022`, to be copied; null while it has not been given. */
export function forwardAddress({
  hostAddress,
  hostPort,
}: {
  hostAddress: string | null;
  hostPort: number | null;
}): string | null {
  if (hostPort === null) return null;
  const host = hostAddress ?? 'localhost';
  return `${host.includes(':') ? `[${host}]` : host}:${hostPort}`;
}
