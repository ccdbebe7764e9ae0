// Prints what Trama calls it for: TRAMA_WEBHOOK_SECRET=… node webhook.ts PORT
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from 'trama/client';

const { TRAMA_WEBHOOK_SECRET: secret } = process.env;
if (secret === undefined) throw new Error('Set TRAMA_WEBHOOK_SECRET to what was shown when the webhook was made.');

/** Calls may come twice, after an interruption: each is done once. */
const known = new Set<string>();

createServer((request, response) => {
  void (async () => {
    const body = await text(request);
    try {
      const call = await verifyWebhook({ secret, headers: request.headers, body });
      if (!known.has(call.id)) console.log(call.at, call.message);
      known.add(call.id);
      response.writeHead(204).end();
    } catch {
      response.writeHead(403).end('This does not come from Trama.');
    }
  })();
}).listen(Number(process.argv[2] ?? 9000));
