/** Places that a search marks; of more it is only said that there are more. */
export const maxMatches = 1000;

/** What is looked for in a terminal. */
export interface Wanted {
  text: string;
  caseSensitive: boolean;
  regex: boolean;
}

/** The place that is shown, from 0, -1 where none is, and how many there are. */
export interface Matches {
  index: number;
  count: number;
}
