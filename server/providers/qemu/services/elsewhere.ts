import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { randomInt } from 'node:crypto';
import type { AskElsewhere } from './segment-server';

/** An answer that has not come by then is not waited for, ms: who has asked asks again before. */
const answerMs = 5_000;
/** Questions of a slice under way at once; of more, which only one who floods has, none is passed on. */
const mostAtOnce = 64;

/**
 * Passes questions on to the name servers of this machine, in turn, each from a port and under a number of its own (RFC 5452), so that nobody who has not seen the
 * question can answer it. Answers that fit into a datagram only.
 */
export function elsewhere(servers: () => readonly string[] = serversNow): AskElsewhere {
  let underWay = 0;
  let turn = 0;
  return (query, onAnswer) => {
    const known = servers();
    const server = known[turn++ % Math.max(1, known.length)];
    if (server === undefined || underWay >= mostAtOnce) return;
    const { host, port } = placeOf(server);
    const id = randomInt(0x10000);
    const asked = Buffer.from(query);
    const ownId = asked.readUInt16BE(0);
    asked.writeUInt16BE(id, 0);
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    underWay += 1;
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      underWay -= 1;
      socket.close();
    };
    const timer = setTimeout(close, answerMs);
    socket.on('error', close);
    socket.on('message', (data) => {
      if (data.length < 12 || data.readUInt16BE(0) !== id) return;
      close();
      const answer = Buffer.from(data);
      answer.writeUInt16BE(ownId, 0);
      onAnswer(answer);
    });
    // connected, so that only this server's answers come
    socket.connect(port, host, () => isOpen && socket.send(asked));
  };
}

/** Read anew for each question: a machine that moves has others. */
const serversNow = () => new Resolver().getServers();

/** As `getServers` of Node writes them: `1.2.3.4`, `1.2.3.4:5353`, `fe80::1`, `[fe80::1]:5353`. */
function placeOf(server: string): { host: string; port: number } {
  const [, host, port] = /^\[(.+)\]:(\d+)$/.exec(server) ?? /^([^:]+):(\d+)$/.exec(server) ?? [];
  return host === undefined ? { host: server, port: 53 } : { host, port: Number(port) };
}
