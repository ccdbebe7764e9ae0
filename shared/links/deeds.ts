/*
 * Apart from what is made of them: the command line reads them, and has no schemas.
 */

/** What a step makes of its link: cut, joined, given what it does to frames, or all of it as it was before the run. */
export const linkDeeds = ['down', 'up', 'bend', 'restore'] as const;
export type LinkDeed = (typeof linkDeeds)[number];
