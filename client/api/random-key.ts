/** A key for one wish of the user, so that sending it twice does it once. Works without https, as `randomUUID` does not. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
