// What happens to a slice, until Ctrl-C: node watch.ts SLICE-ID
import type { SliceEvent } from 'trama/client';
import { connect } from './connect.js';

const trama = connect();
const ending = new AbortController();
process.on('SIGINT', () => ending.abort());

function sentence({ data }: SliceEvent): string {
  switch (data.type) {
    case 'slice.status':
      return `The slice is ${data.status}.`;
    case 'slice.changed':
      return `The ${data.what} of the slice changed.`;
    case 'vm.status':
      return `${data.name} is ${data.status}.`;
    case 'deployment.status':
      return `The ${data.kind} is ${data.status}${data.error === null ? '.' : `: ${data.error}`}`;
    default:
      return data.type;
  }
}

for await (const event of trama.watch({ sliceId: Number(process.argv[2]), signal: ending.signal }))
  console.log(event.at, sentence(event));
