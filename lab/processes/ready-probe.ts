import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asked again and again until it is satisfied: `undefined` when ready, else in a few words why not yet. */
export type ReadyProbe = () => Promise<string | undefined>;

/** How long to ask, and how often. */
export interface ReadyWait {
  readonly probe: ReadyProbe;
  /** Milliseconds after which it counts as failed. */
  readonly timeoutMs: number;
  /** Milliseconds between two questions. Default 100. */
  readonly everyMs?: number;
}

/**
 * Asks until the probe is satisfied.
 *
 * @returns undefined when ready, or the probe's last reason after `timeoutMs` or when `stopped` says so
 */
export async function waitUntilReady(
  wait: ReadyWait,
  stopped: () => boolean = () => false,
): Promise<string | undefined> {
  const deadline = Date.now() + wait.timeoutMs;
  for (;;) {
    const reason = await wait
      .probe()
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (reason === undefined || stopped() || Date.now() >= deadline) return reason;
    await sleep(wait.everyMs ?? 100);
  }
}

/** A probe that is satisfied by any answer to a GET. */
export function httpAnswers(url: string): ReadyProbe {
  return () =>
    new Promise((resolve) => {
      const request = http.get(url, { timeout: 1_000, agent: false }, (answer) => {
        answer.resume();
        resolve(undefined);
      });
      request.once('timeout', () => request.destroy(new Error('no answer in 1 s')));
      request.once('error', (error) => resolve(`${url}: ${error.message}`));
    });
}
