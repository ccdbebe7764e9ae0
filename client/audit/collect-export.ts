export interface ExportPiece {
  fileName: string;
  text: string;
  nextCursor: string | null;
}

/**
 * The whole of what is exported in pieces, as one file; null when it was stopped. `onProgress` is told how many lines
 * there are so far.
 */
export async function collectExport(
  ask: (cursor: string | null) => Promise<ExportPiece>,
  onProgress: (lines: number) => void,
  signal: AbortSignal,
): Promise<{ fileName: string; text: string } | null> {
  const parts: string[] = [];
  let fileName = '';
  let lines = 0;
  for (let cursor: string | null = null; ;) {
    const piece = await ask(cursor);
    if (signal.aborted) return null;
    // the first piece names the file
    if (parts.length === 0) fileName = piece.fileName;
    parts.push(piece.text);
    for (const character of piece.text) if (character === '\n') lines += 1;
    onProgress(lines);
    if (piece.nextCursor === null) return { fileName, text: parts.join('') };
    cursor = piece.nextCursor;
  }
}
