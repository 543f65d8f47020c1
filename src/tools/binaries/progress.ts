import type { Origin } from './cache.js';
import type { BinaryName, Pin } from './pin.js';

/** Events while programs are downloaded or built. */
export type ProgressEvent =
  /** Another set-up is getting this program: its process id. */
  | { readonly kind: 'waiting'; readonly name: BinaryName; readonly version: string; readonly pid: number }
  | { readonly kind: 'started'; readonly origin: Origin; readonly name: BinaryName; readonly version: string }
  | {
      readonly kind: 'bytes';
      readonly name: BinaryName;
      readonly received: number;
      readonly total: number | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly origin: Origin;
      readonly name: BinaryName;
      readonly version: string;
      readonly why: string;
    };

/** Where lines are written; on a terminal the last line is overwritten. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  write(text: string): void;
}

const TERMINAL_INTERVAL_MS = 1_000;
const LOG_INTERVAL_MS = 60_000;

/**
 * Shows which program is being downloaded or built, for how long already, its default duration, and the estimated rest. On a terminal one
 * line is updated each second; elsewhere there is a line at each start and end, and one a minute.
 */
export class ProgressReport {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #pins: readonly Pin[];
  #left: readonly Pin[];
  #current: { readonly pin: Pin; doing: string; usualSeconds: number; since: number } | undefined;
  #bytes = '';
  #sourceAlone = false;
  /** Reasons that were already shown: an unreachable host fails in the same way for each of its files. */
  readonly #reported = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param all The programs to get, in order. */
  constructor(all: readonly Pin[], output: ProgressOutput, now: () => number = () => Date.now()) {
    this.#pins = all;
    this.#left = all;
    this.#output = output;
    this.#now = now;
  }

  /** Must be called for each event of `resolveBinary`. */
  readonly onEvent = (event: ProgressEvent): void => {
    switch (event.kind) {
      case 'waiting':
        this.#begin(
          event,
          `waiting for process ${event.pid}, which gets ${event.name} ${event.version}`,
          'build',
        );
        break;
      case 'started': {
        const verb = event.origin === 'download' ? 'downloading' : 'building';
        this.#begin(event, `${verb} ${event.name} ${event.version}`, event.origin);
        break;
      }
      case 'bytes':
        this.#bytes = `, ${megabytes(event.received)}${event.total ? ` of ${megabytes(event.total)}` : ''}`;
        break;
      case 'refused':
        // Where one release cannot be reached the others probably cannot either: the estimate assumes builds.
        if (event.origin === 'download') this.#sourceAlone = true;
        if (!this.#reported.has(event.why))
          this.#line(`${event.name} ${event.version}: no ${event.origin}: ${event.why}.`);
        this.#reported.add(event.why);
        break;
    }
  };

  /** The program is installed: `how` says from where. */
  done(pin: Pin, how: string): void {
    const took = this.#current?.pin === pin ? ` after ${seconds(this.#now() - this.#current.since)}` : '';
    this.#left = this.#left.filter((other) => other !== pin);
    this.#current = undefined;
    this.#line(`${pin.name} ${pin.version}: ${how}${took}`);
  }

  /** Stops the clock; nothing is shown afterwards. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#output.isTTY) this.#output.write('\r\u001B[K');
  }

  /** The current progress line; undefined when nothing is in progress. */
  status(): string | undefined {
    if (!this.#current) return undefined;
    const { doing, usualSeconds, since } = this.#current;
    const elapsed = this.#now() - since;
    const rest = Math.max(0, usualSeconds * 1000 - elapsed) + this.#usualAfterCurrent() * 1000;
    const left =
      this.#left.length > 1 ? `; all ${this.#left.length} that are left: about ${minutes(rest)}` : '';
    return `${doing} (usually ${usualSeconds} s): ${seconds(elapsed)}${this.#bytes}${left}`;
  }

  #begin(
    event: { readonly name: BinaryName; readonly version: string },
    doing: string,
    origin: Origin,
  ): void {
    const pin = this.#pins.find(({ name, version }) => name === event.name && version === event.version);
    if (!pin) return;
    const usualSeconds = usualSecondsOf(pin, origin);
    this.#current = { pin, doing, usualSeconds, since: this.#now() };
    this.#bytes = '';
    this.#show();
    clearInterval(this.#timer);
    this.#timer = setInterval(
      () => this.#show(),
      this.#output.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS,
    );
    this.#timer.unref();
  }

  #usualAfterCurrent(): number {
    const origin = this.#sourceAlone ? 'build' : 'download';
    const after = this.#left.filter((pin) => pin !== this.#current?.pin);
    return after.reduce((sum, pin) => sum + usualSecondsOf(pin, origin), 0);
  }

  #show(): void {
    const status = this.status();
    if (status === undefined) return;
    this.#output.write(this.#output.isTTY ? `\r\u001B[K${status}` : `${status}\n`);
  }

  #line(text: string): void {
    this.#output.write(this.#output.isTTY ? `\r\u001B[K${text}\n` : `${text}\n`);
  }
}

function usualSecondsOf(pin: Pin, origin: Origin): number {
  return origin === 'download' ? pin.release.usualSeconds : pin.source.usualSeconds;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function minutes(ms: number): string {
  return ms < 90_000 ? seconds(ms) : `${Math.round(ms / 60_000)} min`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
