import { expect, test } from 'vitest';
import { deviceOf } from './user-agent';

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    { browser: 'Chrome 141', system: 'Linux' },
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    { browser: 'Edge 140', system: 'Windows' },
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    { browser: 'Safari 18', system: 'macOS' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    { browser: 'Safari 18', system: 'iOS' },
  ],
  [
    'Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0',
    { browser: 'Firefox 143', system: 'Android' },
  ],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 1) AppleWebKit/537 Chrome/139.0 Safari/537',
    { browser: 'Chrome 139', system: 'ChromeOS' },
  ],
  ['curl/8.5.0', { browser: 'curl 8.5.0', system: null }],
  ['Mozilla/5.0 (compatible)', { browser: null, system: null }],
  ['<b>x</b>', { browser: null, system: null }],
  ['', { browser: null, system: null }],
  [null, { browser: null, system: null }],
])('%s', (userAgent, device) => expect(deviceOf(userAgent)).toEqual(device));
