import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';

/** How often the file is polled, in milliseconds. */
const pollMs = 200;
const pieceBytes = 64 * 1024;

/**
 * Redirects a child's stream to a file instead of a pipe, and reads the file as it grows. A child that outlives this process goes on
 * writing: without a reader, its next write to a pipe would kill it.
 */
export class OutputFile {
  /** File descriptor for the child. */
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

  /** The child has its own descriptor by now. */
  follow(onData: (chunk: Buffer) => void): void {
    closeSync(this.descriptor);
    this.#onData = onData;
    this.#poll = setInterval(() => this.#read(), pollMs);
  }

  /** After the child's end: reads the rest, and removes the file. */
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
