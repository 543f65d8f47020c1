import { hostname } from 'node:os';
import { describe } from '../../planning/reasons/describe.js';
import { count } from '../../planning/text/phrases.js';
import { namedReceivers, wantedKinds } from '../../planning/messages/receivers.js';
import { renderMessage } from '../../planning/messages/render.js';
import type { ReceiverOutcome } from '../../planning/messages/notification-state.js';
import { loadDialMap } from '../../tools/dial-map.js';
import { notifyReceivers } from '../../tools/notify/notify-receivers.js';
import { declaredCluster } from '../declared-cluster.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { sentence } from '../../planning/text/sentence.js';
import { print, printJson } from '../terminal.js';

export interface NotifyTestOptions {
  readonly file: string;
  readonly json?: boolean;
}

/**
 * Sends a test message to each receiver of slipway.yaml, and prints each result. It reads the credentials in its own process, so it
 * tests the machine it is typed on, not the worker's.
 */
export async function notifyTest({ file, json }: NotifyTestOptions): Promise<ExitCode> {
  const { inventory, base } = await declaredCluster(file);
  const receivers = namedReceivers(inventory.notify);
  if (receivers.length === 0) {
    throw new UserMistake(
      `${file} names nobody under notify, so there is nobody to notify.`,
      'Write notify: [{ discord: { webhook: { env: DISCORD_WEBHOOK } } }], or what docs/notifications.md shows.',
    );
  }
  const message = renderMessage({
    kind: 'test',
    cluster: inventory.cluster,
    at: new Date().toISOString(),
    by: `Somebody on ${hostname()}`,
  });
  const signal = new AbortController().signal;
  const dialMap = loadDialMap();
  const outcomes = await notifyReceivers(receivers, message, {
    base,
    dialMap,
    signal,
    boards: {},
    words: describe,
  });
  const subscribed = receivers.map((receiver) => ({ name: receiver.name, kinds: wantedKinds(receiver) }));
  if (json)
    printJson({
      cluster: inventory.cluster,
      outcomes: outcomes.map((outcome, at) => ({ ...outcome, kinds: subscribed[at]?.kinds })),
    });
  else for (const [at, outcome] of outcomes.entries()) print(line(outcome, subscribed[at]?.kinds ?? []));
  return outcomes.every(({ outcome }) => outcome !== 'failed') ? exitCodes.ok : exitCodes.refused;
}

function line(outcome: ReceiverOutcome, kinds: readonly string[]): string {
  const { receiver } = outcome;
  if (outcome.outcome !== 'failed') {
    const tries = outcome.attempts > 1 ? `, at the ${ordinal(outcome.attempts)} attempt` : '';
    return `✓ ${receiver}: took the test message${tries}. It receives ${kinds.join(', ')}.`;
  }
  const arrived = outcome.mayHaveArrived ? ' The message may have arrived all the same; look there.' : '';
  const tries = outcome.attempts > 1 ? ` (${count(outcome.attempts, 'attempt')})` : '';
  return `✗ ${receiver}: ${sentence(`${outcome.why}${tries}`)}${arrived}`;
}

function ordinal(number: number): string {
  return ['first', 'second', 'third', 'fourth', 'fifth'][number - 1] ?? `${number}th`;
}
