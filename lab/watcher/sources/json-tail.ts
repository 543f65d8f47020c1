import { open } from 'node:fs/promises';

const NEWLINE = 0x0a;
const CHUNK = 256 * 1024;

/**
 * Reads a file of JSON lines while others write to it. A line counts once its newline is written; an incomplete last line is tried at the
 * end, and dropped when it is no JSON.
 */
export class JsonTail<Entry> {
  readonly entries: Entry[] = [];
  /** Complete lines that were no valid JSON, or unexpected. */
  unreadable = 0;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  #reading: Promise<void> = Promise.resolve();

  constructor(
    readonly file: string,
    /** Parses a line's value; undefined: not relevant. May throw on an invalid value. */
    readonly entryOf: (value: unknown) => Entry | undefined,
  ) {}

  /** Reads new lines. A missing file counts as empty. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOn());
    return this.#reading;
  }

  /** Reads to the end, a last line without its newline too. */
  async finish(): Promise<void> {
    await this.read();
    const rest = this.#rest.toString('utf8').trim();
    this.#rest = Buffer.alloc(0);
    if (rest !== '' && this.#take(rest) === 'unreadable') this.unreadable -= 1;
  }

  async #readOn(): Promise<void> {
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (handle === undefined) return;
    try {
      const { size } = await handle.stat();
      // A file that shrank is a new one: a rotated log, or a restarted lab.
      if (size < this.#offset) this.#offset = 0;
      const chunk = Buffer.alloc(CHUNK);
      while (this.#offset < size) {
        // oxlint-disable-next-line no-await-in-loop -- one piece after the other
        const { bytesRead } = await handle.read(chunk, 0, CHUNK, this.#offset);
        if (bytesRead === 0) break;
        this.#offset += bytesRead;
        this.#lines(Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]));
      }
    } finally {
      await handle.close();
    }
  }

  /** Bytes, not text, are kept: a piece may end in the middle of a character. */
  #lines(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, end).toString('utf8').trim();
      if (line !== '') this.#take(line);
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
  }

  #take(line: string): 'taken' | 'unreadable' {
    try {
      const entry = this.entryOf(JSON.parse(line));
      if (entry !== undefined) this.entries.push(entry);
      return 'taken';
    } catch {
      this.unreadable += 1;
      return 'unreadable';
    }
  }
}
