import { closeSync, openSync, writeSync } from 'node:fs';

/** An append-only file of JSON lines. */
export interface JsonLines<Line> {
  write(line: Line): void;
  close(): void;
}

/**
 * Opens (or creates) a file of JSON lines. Each line is written at once and whole, so that a reader in another process, or one after a
 * SIGKILL, never sees half of one. Writing after `close` does nothing.
 */
export function openJsonLines<Line>(file: string): JsonLines<Line> {
  let descriptor: number | undefined = openSync(file, 'a', 0o600);
  return {
    write: (line) => {
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(line)}\n`);
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
