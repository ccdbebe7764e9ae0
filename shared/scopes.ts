import { z } from 'zod';

/**
 * What a token's scopes speak of. `account`: the owner's profile, tokens, quota and audit log. `slices`: slices,
 * deployments and consoles. `catalogue`: flavours, images and zones. `admin`: users, quotas and everybody's audit log.
 */
export const areas = ['account', 'templates', 'slices', 'catalogue', 'admin'] as const;
export type Area = (typeof areas)[number];

/**
 * Each contains the ones before it. `read` looks; `operate` acts on what is there (start, stop, reboot, console);
 * `manage` makes, changes, shares, deploys and destroys.
 */
export const levels = ['read', 'operate', 'manage'] as const;
export type Level = (typeof levels)[number];

/** A level in one area. */
export type AreaScope = `${Area}:${Level}`;
/** What a token may be given: a level in all areas, or in one. */
export type Scope = Level | AreaScope;

export const scopes: readonly Scope[] = [
  ...levels,
  ...areas.flatMap((area) => levels.map((level): AreaScope => `${area}:${level}`)),
];
export const scopeSchema = z.enum(scopes as [Scope, ...Scope[]]);

/** What the two halves of a scope are. */
export function splitScope(scope: AreaScope): [Area, Level] {
  return scope.split(':') as [Area, Level];
}

/** Whether `have` is enough where `need` is asked for. */
export function reaches(have: Level, need: Level): boolean {
  return levels.indexOf(have) >= levels.indexOf(need);
}

/**
 * Whether scopes allow what needs `level` in `area`. `null` are a session's: everything that its user may do. It only
 * ever narrows: the rights of the user are checked besides.
 */
export function scopesAllow(granted: readonly Scope[] | null, area: Area, level: Level): boolean {
  if (granted === null) return true;
  return granted.some((scope) => {
    const [first, second] = scope.split(':');
    const own = levels.find((name) => name === (second ?? first));
    return own !== undefined && (second === undefined || first === area) && reaches(own, level);
  });
}
