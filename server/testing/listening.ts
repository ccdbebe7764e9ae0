import http from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** Of hook.test, signed by itself, good until 2126: of no use but here. */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOX6XVupYnYGFn57Y
g3MFNswPg0WiUC5FGupKJuQyEbShRANCAAQvKU7uSAOn5sa6J4uzIYsa93nXIc/E
VDouJWw7164I1ZE7x6rjGe7+dzNta/dtnSmg/t8XVMptvIJTkJYBkh2r
-----END PRIVATE KEY-----`;
export const cert = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUCODTUXb9qsqQrDH/tQ4X07qjxk4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJaG9vay50ZXN0MCAXDTI2MTEyNjA0NTk0MVoYDzIxMjYxMTAy
MDQ1OTQxWjAUMRIwEAYDVQQDDAlob29rLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQvKU7uSAOn5sa6J4uzIYsa93nXIc/EVDouJWw7164I1ZE7x6rjGe7+
dzNta/dtnSmg/t8XVMptvIJTkJYBkh2ro2kwZzAdBgNVHQ4EFgQUNcZSmYhX3GNF
kbkZXJbCVgC2k+kwHwYDVR0jBBgwFoAUNcZSmYhX3GNFkbkZXJbCVgC2k+kwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglob29rLnRlc3QwCgYIKoZIzj0EAwID
SAAwRQIgZJBn1Xh+M5gBbiPaxsWeUehFwS6Pon/+SsKIDEcm3FQCIQCdj8X4Iw2s
JU4hk+FcsllCKFUOwZAnD5ki21bIaefS/w==
-----END CERTIFICATE-----`;

/** Has a server listen on loopback until the test has ended. Answers its port. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
