import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';

/** How often a file is looked at, in milliseconds. */
const pollMs = 200;
const pieceBytes = 64 * 1024;

/**
 * A stream of a child that goes into a file instead of a pipe, and is read from there as it grows. A child that outlives us
 * goes on writing: a pipe that nobody reads would kill it with its next word.
 */
export class OutputFile {
  /** For the child. */
  readonly descriptor: number;
  readonly #file: string;
  readonly #reader: number;
  readonly #piece = Buffer.alloc(pieceBytes);
  #position = 0;
  #poll: NodeJS.Timeout | undefined;
  #onData: (chunk: Buffer) => void = () => undefined;

  constructor(folder: string) {
    this.#file = path.join(folder, `output-${randomUUID()}`);
    this.descriptor = openSync(this.#file, 'ax', 0o600);
    this.#reader = openSync(this.#file, 'r');
  }

  /** The child has it by now. */
  follow(onData: (chunk: Buffer) => void): void {
    closeSync(this.descriptor);
    this.#onData = onData;
    this.#poll = setInterval(() => this.#read(), pollMs);
  }

  /** The child is gone: reads the rest, and removes the file. */
  end(): void {
    clearInterval(this.#poll);
    this.#read();
    closeSync(this.#reader);
    rmSync(this.#file, { force: true });
  }

  #read(): void {
    for (;;) {
      const bytes = readSync(this.#reader, this.#piece, 0, pieceBytes, this.#position);
      if (bytes === 0) return;
      this.#position += bytes;
      this.#onData(Buffer.from(this.#piece.subarray(0, bytes)));
    }
  }
}

/** A file for each stream of a child. */
export type OutputFiles = Readonly<Record<'stdout' | 'stderr', OutputFile>>;

export function outputFiles(folder: string): OutputFiles {
  return { stdout: new OutputFile(folder), stderr: new OutputFile(folder) };
}
