const redacted = '[redacted]';

/** Names under which only secrets are found. */
const secretKeys =
  /^(authorization|proxy-?authorization|cookie|set-?cookie|sec-websocket-protocol|(.*_?)password(_?hash)?|token|token_?hash|(.*_?)secret|access_?key|recovery_?codes?)$/i;

/** Secrets that are known by their looks, wherever they stand in a text. */
const patterns: readonly [RegExp, string][] = [
  [/\btrama_(pat|svc|secret)_[A-Za-z0-9_-]+/g, `trama_$1_${redacted}`],
  // a JWT's head is JSON: `{"` in base64url
  [/\beyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, redacted],
  [/\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{6,}/gi, `$1$2${redacted}`],
  [/\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^"'\r\n]+/gi, `$1${redacted}`],
  [/\b(trama_session=)[^;,\s"']+/gi, `$1${redacted}`],
  [/\$argon2(?:id|i|d)\$[^\s"'\\]+/g, redacted],
  // of a database's address
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)[^\s@"']+(?=@)/gi, `$1${redacted}`],
  [/(\/reset#)[A-Za-z0-9_-]+/g, `$1${redacted}`],
  [/(otpauth:\/\/[^\s"']*?[?&]secret=)[A-Z2-7]+/gi, `$1${redacted}`],
  [/(["']?\b\w*password\w*["']?\s*[:=]\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"',;}]+)/gi, `$1${redacted}`],
  // what drizzle puts behind a failed query: the values, among them hashes of passwords and tokens
  [/(\bfailed query:[\s\S]*?\nparams:)[\s\S]*?(?=\n\s+at |$)/gi, `$1 ${redacted}`],
];

/** `text` without the secrets that can be told by their looks. */
export function redactText(text: string): string {
  return patterns.reduce((clean, [pattern, by]) => clean.replace(pattern, by), text);
}

/**
 * Plain data without secrets, for the log: what is called like one is left out, what looks like one is replaced. Cycles
 * and great depth are cut, and what JSON cannot say is said as text, so that writing a line never fails.
 */
export function redactValue(value: unknown, path: readonly object[] = []): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (path.includes(value) || path.length >= 12) return '[…]';
  const deeper = [...path, value];
  if (Array.isArray(value)) return value.map((item) => redactValue(item, deeper));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      // ids are numbers and may be told
      secretKeys.test(key) && typeof inner !== 'number' && inner !== null ? redacted : redactValue(inner, deeper),
    ]),
  );
}
