import { guestLimits } from '#shared/guest';

/**
 * Runs a command line: `$1` seconds at most, `$2` the bytes that are kept of what it prints, `$3` the line. Ends as the line does, once nothing
 * holds what it prints to any more, and by then with all that is of its process group.
 */
export const runScript = `#!/bin/sh
exec 5>&1
code=$({
  {
    setsid sh -c "$3" < /dev/null 2>&1 4>&- 5>&- &
    line=$!
    { sleep "$1"; kill -9 "-$line"; } > /dev/null 2>&1 4>&- 5>&- &
    wait "$line"
    echo $? >&4
    kill $! 2> /dev/null
  } | {
    head -c "$2" >&5
    cat > /dev/null
  }
} 4>&1)
exit "\${code:-1}"
`;

/** As the line of a shell that has been ended says it. */
export const killedCode = 137;

/** What is asked for, so that it can be seen that there was more. */
export const askedBytes = guestLimits.outputBytes + 1;

/** Of an escape sequence of terminals, as colours are; of the controls what only moves, rings or ends; what turns the text around it. */
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What a stranger's command has printed as text that can be shown, in a terminal too: lines and tabs, and nothing else that does anything. */
export function shownText(bytes: Uint8Array): { text: string; cut: boolean } {
  const kept = bytes.subarray(0, guestLimits.outputBytes);
  const text = new TextDecoder().decode(kept).replaceAll('\r\n', '\n').replaceAll(escapes, '').replaceAll(unseen, '');
  return { text, cut: bytes.length > guestLimits.outputBytes };
}
