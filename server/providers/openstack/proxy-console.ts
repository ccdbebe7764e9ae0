import { rootCertificates } from 'node:tls';
import { WebSocket, type RawData } from 'ws';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import type { ConsoleStream } from '../provider';

const connectMs = 15_000;
/** Of what comes before anybody listens, as the first words of an RFB server. */
const heldBytes = 1024 * 1024;

/**
 * Where the WebSocket of a console is, by the address of Nova's answer: of a serial one that very address, of a screen what the page of noVNC there would connect to, which stands
 * under `path` (since 2018), else the token alone.
 */
export function socketUrl(answer: string): URL {
  const page = new URL(answer);
  const isPage = page.protocol === 'http:' || page.protocol === 'https:';
  const token = page.searchParams.get('token');
  const path = page.searchParams.get('path') ?? (token === null ? '' : `?token=${encodeURIComponent(token)}`);
  const socket = isPage ? new URL(path, new URL('.', page)) : page;
  if (isPage) socket.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  return socket;
}

/** A console by one of Nova's proxies. `ca`: trusted besides. `isScreen`: no byte of it may be missing. */
export async function proxyConsole(
  url: URL,
  { ca, isScreen }: { ca: string; isScreen: boolean },
): Promise<ConsoleStream> {
  const socket = new WebSocket(url, ['binary'], {
    handshakeTimeout: connectMs,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
    ...(ca !== '' && { ca: [...rootCertificates, ca] }),
  });
  const held: Uint8Array[] = [];
  let heldNow = 0;
  let onData: ((data: Uint8Array) => void) | null = null;
  let onClose: ((reason: string) => void) | null = null;
  let ended: string | null = null;
  const end = (reason: string) => {
    if (ended !== null) return;
    ended = reason;
    onClose?.(reason);
  };
  socket.on('message', (message: RawData) => {
    const data = bytesOf(message);
    if (onData !== null) return onData(data);
    held.push(data);
    heldNow += data.length;
    if (heldNow > heldBytes) socket.pause();
  });
  socket.on('close', () => end('The cloud ended the console.'));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) =>
      reject(new ProviderError('UNAVAILABLE', say('CLOUD_CONSOLE_UNREACHABLE', { host: url.host }), true, error)),
    );
  });
  socket.on('error', () => end('The connection to the console broke off.'));
  return {
    flow: isScreen ? { pause: () => socket.pause(), resume: () => socket.resume() } : null,
    write: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    resize: () => undefined,
    onData(listener) {
      onData = listener;
      for (const data of held.splice(0)) listener(data);
      if (heldNow > heldBytes) socket.resume();
    },
    onClose(listener) {
      onClose = listener;
      if (ended !== null) listener(ended);
    },
    close: () => socket.close(),
  };
}

function bytesOf(message: RawData): Uint8Array {
  if (Array.isArray(message)) return Buffer.concat(message);
  return message instanceof ArrayBuffer ? new Uint8Array(message) : message;
}
