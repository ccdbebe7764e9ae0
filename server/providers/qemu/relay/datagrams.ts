import koffi, { type node } from 'koffi';

/*
 * Unix datagram sockets, which QEMU's `dgram` netdevs send each frame through and Node's core has none of: the few calls of the C library
 * that a relay needs, and a look at each in the event loop.
 */

const libc = koffi.load(null);
const socket: (domain: number, type: number, protocol: number) => number = libc.func(
  'int socket(int domain, int type, int protocol)',
);
const bind: (fd: number, name: Uint8Array, length: number) => number = libc.func(
  'int bind(int fd, const void *name, unsigned int length)',
);
const close: (fd: number) => number = libc.func('int close(int fd)');
const recv: (fd: number, buffer: Uint8Array, length: number, flags: number) => number = libc.func(
  'intptr_t recv(int fd, _Out_ void *buffer, size_t length, int flags)',
);
const sendto: (
  fd: number,
  data: Uint8Array,
  length: number,
  flags: number,
  name: Uint8Array,
  nameLength: number,
) => number = libc.func(
  'intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *name, unsigned int nameLength)',
);

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 0o2 | 0o4000 | 0o2000000;
/** The longest path that a unix socket's address holds. */
const longestPath = 107;

/** The address of the socket at a path, which is followed anew for every datagram. */
export function addressOf(path: string): Uint8Array {
  const name = Buffer.alloc(longestPath + 3);
  if (Buffer.byteLength(path) > longestPath) throw new Error(`The path of a socket is too long: ${path}`);
  name.writeUInt16LE(AF_UNIX, 0);
  name.write(path, 2);
  return name;
}

export class DatagramSocket {
  readonly #fd: number;
  readonly #poll: InstanceType<typeof node.PollHandle>;

  /** Binds a path that is free. @param onReadable is called as long as something is there to be received */
  constructor(path: string, onReadable: () => void) {
    this.#fd = socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw new Error(`No socket: errno ${koffi.errno()}`);
    const name = addressOf(path);
    if (bind(this.#fd, name, name.length) < 0) {
      const errno = koffi.errno();
      close(this.#fd);
      throw new Error(`${path} cannot be bound: errno ${errno}`);
    }
    this.#poll = koffi.node.poll(this.#fd, { readable: true }, onReadable);
  }

  /** How many bytes of a datagram are in `buffer` now; null where there is none. */
  receive(buffer: Uint8Array): number | null {
    const length = recv(this.#fd, buffer, buffer.length, 0);
    return length < 0 ? null : length;
  }

  /** `full`: whoever has the address has not read what was sent before; `gone`: nobody has it. */
  send(data: Uint8Array, to: Uint8Array): 'sent' | 'full' | 'gone' {
    if (sendto(this.#fd, data, data.length, 0, to, to.length) >= 0) return 'sent';
    const errno = koffi.errno();
    return errno === koffi.os.errno['EAGAIN'] || errno === koffi.os.errno['ENOBUFS'] ? 'full' : 'gone';
  }

  close(): void {
    this.#poll.close();
    close(this.#fd);
  }
}
