import { can, type Role } from '#shared/permissions';
import { areas, levels, type Area, type Level, type Scope } from '#shared/scopes';

export type ChosenLevel = Level | 'none';
/** What a token may do in each area. */
export type ScopeChoice = Record<Area, ChosenLevel>;

export const nothingChosen: ScopeChoice = {
  account: 'none',
  templates: 'none',
  slices: 'none',
  catalogue: 'none',
  admin: 'none',
};

/** The levels of an area that differ for whoever has the role; none where the role may do nothing at all. */
export function levelsFor(area: Area, role: Role): readonly Level[] {
  switch (area) {
    case 'account':
    case 'templates':
      return ['read', 'manage'];
    case 'slices':
      return levels;
    case 'catalogue':
      return can(role, 'flavours:manage') ? ['read', 'manage'] : ['read'];
    case 'admin':
      return can(role, 'users:manage') ? ['read', 'manage'] : [];
  }
}

/** The areas in which whoever has the role may do anything. */
export function areasFor(role: Role): Area[] {
  return areas.filter((area) => levelsFor(area, role).length > 0);
}

/** The same level everywhere, or the highest below it that the role knows there. */
export function chooseEverywhere(level: Level, role: Role): ScopeChoice {
  const choice = { ...nothingChosen };
  for (const area of areas) {
    const known = levelsFor(area, role).filter((one) => levels.indexOf(one) <= levels.indexOf(level));
    choice[area] = known.at(-1) ?? 'none';
  }
  return choice;
}

/**
 * The scopes that say what was chosen, each no wider than it. One level in all areas that there are is said by the
 * level alone; never when the role lacks an area, which it may be given later.
 */
export function scopesOf(choice: ScopeChoice): Scope[] {
  const chosen = areas.map((area) => choice[area]);
  const [first] = chosen;
  if (first !== undefined && first !== 'none' && chosen.every((level) => level === first)) return [first];
  return areas.flatMap((area): Scope[] => {
    const level = choice[area];
    return level === 'none' ? [] : [`${area}:${level}`];
  });
}
