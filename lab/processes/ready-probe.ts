import { connect } from 'node:net';
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
export async function waitUntilReady(wait: ReadyWait, stopped: () => boolean = () => false): Promise<string | undefined> {
  const deadline = Date.now() + wait.timeoutMs;
  for (;;) {
    const reason = await wait.probe().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (reason === undefined || stopped() || Date.now() >= deadline) return reason;
    await sleep(wait.everyMs ?? 100);
  }
}

/** A probe that is satisfied when somebody listens. */
export function tcpAnswers(host: string, port: number): ReadyProbe {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const answer = (reason: string | undefined): void => {
        socket.destroy();
        resolve(reason);
      };
      socket.setTimeout(1_000, () => answer(`${host}:${port} did not answer in 1 s`));
      socket.once('connect', () => answer(undefined));
      socket.once('error', (error) => answer(`${host}:${port}: ${error.message}`));
    });
}
