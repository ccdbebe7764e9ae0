import type { Catalogue } from '#shared/topology/catalogue';
import type { PartSpan, TextProblem } from '#shared/topology/formats/own-text';
import type { Document } from '../document';
import { writingCommand, type WriteCommand } from '../written';
import { editsBetween, type TextEdit } from './line-edits';
import type { TextEngine } from './text-engine';

/** A text, and the drawing that it says. */
export interface AgreedText {
  text: string;
  document: Document;
}

/** The text as it is edited: that of a pane. */
export interface TextSide {
  text(): string;
  /** Makes another text of it that nobody has typed. */
  edit(edits: readonly TextEdit[]): void;
  /** Where the parts of the text stand, as it is now. */
  place(spans: readonly PartSpan[]): void;
}

export interface TextSyncOptions {
  engine: TextEngine;
  side: TextSide;
  catalogue: Catalogue;
  fixedDetails: boolean;
  /** What the text and the drawing were when they last said the same. */
  agreed: AgreedText;
  /** What is drawn now. */
  document: Document;
  /** Draws what was written. When it returns, `documentChanged` has been called with what came of it. */
  write: (command: WriteCommand, join: string) => void;
  /** What is wrong with the text, if anything is: then nothing of it is drawn, and it stays as it is. */
  onState: (state: { text: string; problems: readonly TextProblem[] }) => void;
  /** Reading or writing has failed, as it never should. */
  onFailure: (error: unknown) => void;
  /** ms since some beginning. */
  now?: () => number;
}

/** How long nobody must have typed before a text is read, ms. */
const readAfter = 250;
/** What is typed without such a pause is one step of undo, ms. */
const stepAfter = 1_500;

/**
 * Keeps a text and a drawing in step, whichever of the two is changed, and also while both are: what was typed is one command over
 * what it was typed for, and what was drawn is written into the text. A text with an error waits until it has none.
 */
export class TextSync {
  private agreed: AgreedText;
  private document: Document;
  private refused: string | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private typedAt = Number.NEGATIVE_INFINITY;
  private step = 0;
  private asked = false;
  private work: Promise<boolean> | null = null;
  private resting = false;
  private ended = false;

  constructor(private readonly options: TextSyncOptions) {
    this.agreed = options.agreed;
    this.document = options.document;
  }

  /** While nobody sees the text what is drawn is not written into it; what was typed last is read all the same. */
  rest(resting: boolean): void {
    this.resting = resting;
    if (!resting) void this.settle();
  }

  /** Something was typed. */
  typed(): void {
    const now = (this.options.now ?? performance.now.bind(performance))();
    if (now - this.typedAt > stepAfter) this.step += 1;
    this.typedAt = now;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.settle(), readAfter);
  }

  /** Something else is drawn. */
  documentChanged(document: Document): void {
    if (document === this.document) return;
    this.document = document;
    // what is being typed is read first, in its time
    if (this.timer === null) void this.settle();
  }

  /** Gives up what was typed and could not be drawn. */
  restore(): void {
    const { side } = this.options;
    side.edit(editsBetween(side.text(), this.agreed.text));
    void this.settle();
  }

  /** Nothing more is read, written or told. */
  end(): void {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Brings both in step now. Resolves when that is done, with whether they are: a text with an error is not. */
  settle(): Promise<boolean> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.asked = true;
    this.work ??= this.rounds();
    return this.work;
  }

  private async rounds(): Promise<boolean> {
    try {
      // what is asked for meanwhile is done by the same rounds
      while (this.asked && !this.ended) {
        this.asked = false;
        while (await this.round());
      }
      return this.refused === null;
    } catch (error) {
      if (!this.ended) this.options.onFailure(error);
      return false;
    } finally {
      this.work = null;
    }
  }

  /** Whether there may be more to do. */
  private async round(): Promise<boolean> {
    const { side } = this.options;
    const text = side.text();
    if (text === this.agreed.text) {
      if (this.refused !== null) this.options.onState({ text, problems: [] });
      this.refused = null;
      return !this.resting && this.document !== this.agreed.document && this.toText(text, this.document);
    }
    // what has an error has it until it is another text
    return text !== this.refused && this.toDrawing(text);
  }

  private async toDrawing(text: string): Promise<boolean> {
    const { engine, side, catalogue, fixedDetails, onState, write } = this.options;
    const { document: base } = this.agreed;
    const reading = await engine.read(text, { base, catalogue, fixedDetails });
    // who types on is read when the typing ends
    if (this.ended || side.text() !== text) return !this.ended && this.timer === null;
    if ('problems' in reading) {
      this.refused = text;
      onState({ text, problems: reading.problems });
      return true;
    }
    this.refused = null;
    side.place(reading.spans);
    const command = writingCommand(base, reading.document);
    this.agreed = { text, document: command?.document ?? base };
    onState({ text, problems: [] });
    if (command !== null) write(command, `text ${this.step}`);
    return true;
  }

  private async toText(text: string, document: Document): Promise<boolean> {
    const { engine, side, catalogue, onState } = this.options;
    const rewritten = await engine.rewrite(text, this.agreed.document, document, catalogue);
    if (this.ended || side.text() !== text) return !this.ended && this.timer === null;
    // before it is edited, which who listens to edits may ask for
    this.agreed = { text: rewritten.text, document };
    side.edit(rewritten.edits);
    side.place(rewritten.spans);
    onState({ text: rewritten.text, problems: [] });
    return true;
  }
}
