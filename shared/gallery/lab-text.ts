export interface LabText {
  title: string;
  /** What it is and what one learns, in a sentence or two: `limits.descriptionLength`. */
  description: string;
  /** Steps, each of which says what to type and what is to be seen: together less than a note holds (`limits.noteLength`). */
  task: readonly string[];
}
