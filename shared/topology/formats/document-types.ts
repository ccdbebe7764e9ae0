import type { Problem } from '../../errors';
import type { Topology } from '../schema';

/** What every format's writer is given. */
export interface TemplateDocument {
  name: string;
  description: string;
  topology: Topology;
}

/** What every format's reader answers. */
export interface ImportedDocument {
  /** Null where the format has no name. */
  name: string | null;
  description: string;
  topology: Topology;
  /** What had to be changed or guessed. */
  warnings: Problem[];
}
