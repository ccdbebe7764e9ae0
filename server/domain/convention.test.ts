import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Every function of the domain that is exported, as `file name(parameters`. */
function exported(): string[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      [
        ...readFileSync(`${import.meta.dirname}/${file}`, 'utf8').matchAll(
          /^export (?:async )?function (\w+)[^(]*\(([^]*?)\)(?::| \{)/gm,
        ),
      ].map(([, name, parameters]) => `${file} ${name}(${parameters?.replaceAll(/\s+/g, ' ').trim()}`),
    );
}

test('a domain function that needs a context or a queryable takes its actor among the options, never beside them', () => {
  const all = exported();
  expect(all.length).toBeGreaterThan(100);
  const wrong = all.filter((text) => /\((?:ctx|context|q|tx|\{ db \}): .*, (?:actor|replaced): /.test(text));
  // the audit's writer takes whom and what apart: its record is the options, and a refusal has no actor's right
  expect(wrong.map((text) => text.replace(/\(.*/, ''))).toEqual([
    'audit.ts recordAudit',
    'auth/sessions.ts endReplaced',
  ]);
});
