import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Called repeatedly until the process is ready: `undefined` when ready, else the reason in a few words. */
export type ReadyProbe = () => Promise<string | undefined>;

/** How long to wait, and how often to check. */
export interface ReadyWait {
  readonly probe: ReadyProbe;
  /** Milliseconds after which it counts as failed. */
  readonly timeoutMs: number;
  /** Milliseconds between two checks. Default 100. */
  readonly everyMs?: number;
}

/**
 * Waits until the check succeeds.
 *
 * @returns undefined when ready, or the check's last reason after `timeoutMs` or when `stopped` returns one
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

/** A readiness check that accepts any answer to a GET. */
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
