/** A machine's kernel log keeps this many lines. */
const CAPACITY = 2_000;

/** One line of the kernel log. */
export interface KernelLogLine {
  readonly at: Date;
  readonly message: string;
}

/** The output of `talosctl dmesg` for one boot. */
export class KernelLog {
  readonly #now: () => number;
  #lines: KernelLogLine[] = [];
  readonly #readers = new Set<(line: KernelLogLine) => void>();

  /** `now`: the machine's clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Adds a line of Talos' own, with its usual prefix. */
  talos(message: string): void {
    this.write(`[talos] ${message}`);
  }

  /** Adds a line as it is. */
  write(message: string): void {
    const line: KernelLogLine = { at: new Date(this.#now()), message };
    this.#lines.push(line);
    if (this.#lines.length > CAPACITY) this.#lines = this.#lines.slice(-CAPACITY);
    for (const read of this.#readers) read(line);
  }

  /** All lines, oldest first. */
  lines(): readonly KernelLogLine[] {
    return this.#lines;
  }

  /** Calls `read` for each new line until the returned function is called. */
  follow(read: (line: KernelLogLine) => void): () => void {
    this.#readers.add(read);
    return () => this.#readers.delete(read);
  }
}

/** A line as the Talos API sends it: facility, priority, time, message. */
export function formatKernelLogLine(line: KernelLogLine): string {
  const facility = line.message.startsWith('[talos]') ? 'user' : 'kern';
  return `${facility}: ${'warning'.padStart(7)}: [${line.at.toISOString()}]: ${line.message}\n`;
}
