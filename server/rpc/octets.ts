import { z } from 'zod';

/**
 * Input of a procedure that takes the body as it comes, `application/octet-stream`: over HTTP a stream that is read as fast as it is
 * used, else bytes. What the client gives is a Blob, a File or bytes (https://trpc.io/docs/server/non-json-content-types).
 */
export const octetsInput = z
  .union([z.instanceof(Uint8Array<ArrayBuffer>), z.instanceof(Blob), z.instanceof(ReadableStream<Uint8Array>)])
  .transform((body): ReadableStream<Uint8Array> => {
    if (body instanceof ReadableStream) return body;
    return new Blob([body]).stream();
  })
  .meta({ format: 'octets' });
