import colours from 'picocolors';

/** What the terminal offers; a pipe has no size and no colours. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
  /** Whether a person reads it: what is too long for a line is broken at a blank. A script gets lines as they are. */
  readonly read: boolean;
  /** Whether lines can be written over. */
  readonly live: boolean;
}

/** What a program gets that reads a command's answer: wide enough for a sentence beside a node's row. */
export const pipe: Screen = { width: 140, height: 50, colour: false, read: false, live: false };

export function screen(): Screen {
  const { columns, rows, isTTY } = process.stdout;
  // Asked for by CI systems and tests that look at what a person would see.
  const forced = Number(process.env['COLUMNS']);
  const width = columns ?? (forced > 0 ? forced : pipe.width);
  return {
    width,
    height: rows ?? pipe.height,
    read: columns !== undefined || forced > 0,
    colour: colours.isColorSupported,
    live: isTTY && process.env['TERM'] !== 'dumb',
  };
}

/** The command's answer. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The command's answer, for scripts. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** What is said beside the answer; scripts that read the answer do not see it. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
