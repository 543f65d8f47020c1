import { StringDecoder } from 'node:string_decoder';
import type { Redaction } from './redaction.js';

/** A line without an end is cut here, in characters. */
const LONGEST_LINE = 64 * 1024;

/** The end of one output stream: at most `maxBytes` in memory (plus a secret's length), redacted when read. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #held = 0;
  #dropped = false;
  readonly #maxBytes: number;
  readonly #redaction: Redaction;

  constructor(maxBytes: number, redaction: Redaction) {
    this.#maxBytes = maxBytes;
    this.#redaction = redaction;
  }

  /** True when the beginning was discarded. */
  get truncated(): boolean {
    return this.#dropped || this.#held > this.#maxBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    for (;;) {
      const first = this.#chunks[0];
      if (!first || this.#held - first.length < this.#maxBytes + this.#margin) break;
      this.#chunks.shift();
      this.#held -= first.length;
      this.#dropped = true;
    }
  }

  /** The kept text, without secrets, cut at a character. */
  text(): string {
    let text = this.#redaction.apply(Buffer.concat(this.#chunks).toString('utf8'));
    // The discarded part may have ended within a secret, whose second half is no longer recognised.
    if (this.#dropped) text = text.slice(this.#redaction.longest);
    const bytes = Buffer.from(text);
    if (bytes.length <= this.#maxBytes) return text;
    return bytes.subarray(startOfCharacter(bytes, bytes.length - this.#maxBytes)).toString('utf8');
  }

  /** Characters of a secret, in bytes at UTF-8's longest. */
  get #margin(): number {
    return this.#redaction.longest * 4;
  }
}

/** Splits one output stream into lines as they arrive, each without secrets and without its line break. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #redaction: Redaction;
  readonly #emit: (line: string) => void;
  #rest = '';
  #overlong = false;

  constructor(redaction: Redaction, emit: (line: string) => void) {
    this.#redaction = redaction;
    this.#emit = emit;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#finish(line);
    if (this.#rest.length > LONGEST_LINE) {
      this.#rest = this.#rest.slice(0, LONGEST_LINE);
      this.#overlong = true;
    }
  }

  /** Emits a last line that has no line break. */
  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#finish(last);
  }

  #finish(line: string): void {
    const text = this.#overlong ? line.slice(0, LONGEST_LINE) : line.replace(/\r$/, '');
    const clean = this.#redaction.apply(text);
    // The cut may have gone through a secret, whose first half is not recognised: one more secret's length is dropped.
    this.#emit(this.#overlong ? `${clean.slice(0, clean.length - this.#redaction.longest)} … (cut)` : clean);
    this.#overlong = false;
  }
}

/** Bytes 10xxxxxx continue a character. */
function startOfCharacter(bytes: Buffer, from: number): number {
  let index = from;
  while (index < bytes.length && ((bytes[index] ?? 0) & 0b1100_0000) === 0b1000_0000) index += 1;
  return index;
}
