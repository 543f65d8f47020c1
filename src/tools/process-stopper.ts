/** Why this code stopped a process. */
export type StopReason = 'timed-out' | 'cancelled' | 'line-callback-failed';

/** The parameters of a stopper. */
export interface StopRules {
  /** Process id of a child that leads its own process group; undefined when it failed to start. */
  readonly pid: number | undefined;
  readonly stopSignal: NodeJS.Signals;
  /** Milliseconds from the stop signal to SIGKILL. */
  readonly graceMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Stops one child gracefully: its stop signal once, then SIGKILL for its whole group after the grace time. */
export class ProcessStopper {
  readonly #rules: StopRules;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #onAbort = (): void => this.stop('cancelled');
  #reason: StopReason | undefined;
  #gone = false;

  constructor(rules: StopRules) {
    this.#rules = rules;
    this.#timers.push(setTimeout(() => this.stop('timed-out'), rules.timeoutMs));
    rules.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (rules.signal?.aborted) this.#onAbort();
  }

  /** Why the child was stopped, or undefined when it ended on its own. */
  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Sends the stop signal. Only the first reason counts. */
  stop(reason: StopReason): void {
    if (this.#gone || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#send('child', this.#rules.stopSignal);
    this.#timers.push(setTimeout(() => this.#send('group', 'SIGKILL'), this.#rules.graceMs));
  }

  /** Must be called as soon as the child has exited: afterwards its process id may be reused. */
  childIsGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#rules.signal?.removeEventListener('abort', this.#onAbort);
    // A group id is not reused while the group has members, so the signal reaches only its own descendants.
    if (this.#reason !== undefined) this.#send('group', 'SIGKILL');
  }

  #send(whom: 'child' | 'group', signal: NodeJS.Signals): void {
    const { pid } = this.#rules;
    if (pid === undefined) return;
    try {
      process.kill(whom === 'group' ? -pid : pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
