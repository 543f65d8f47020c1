import colours from 'picocolors';

/** The features of the terminal; a pipe has no size and no colours. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
  /** Whether a person reads it: long lines are wrapped at blanks. A script gets unwrapped lines. */
  readonly read: boolean;
  /** Whether lines can be overwritten. */
  readonly live: boolean;
}

/** The screen for a program that reads the output: wide enough for a sentence beside a node's row. */
export const pipe: Screen = { width: 140, height: 50, colour: false, read: false, live: false };

export function screen(): Screen {
  const { columns, rows, isTTY } = process.stdout;
  // CI systems and tests set it to get the output a person would see.
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

/** Prints the result of a command to stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints the result of a command as JSON to stdout, for scripts. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Prints remarks to stderr, which scripts that read stdout do not get. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
