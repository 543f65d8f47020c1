import { Context } from '@temporalio/activity';
import type { Receiver } from '../inventory/notify.js';
import { describe } from '../planning/reasons/describe.js';
import type { Message, MessageKind, MessageOf } from '../planning/messages/message.js';
import { isWanted, namedReceivers, type NamedReceiver } from '../planning/messages/receivers.js';
import { renderMessage } from '../planning/messages/render.js';
import {
  afterNotification,
  unsaid,
  type ReceiverOutcome,
  type NotificationState,
} from '../planning/messages/notification-state.js';
import { deliveryLimits, type DeliveryLimits } from '../tools/notify/deliver.js';
import { notifyReceivers, type NotifyOptions } from '../tools/notify/notify-receivers.js';
import { messageOf, Refusal } from '../tools/refusal.js';
import type { Waiting } from '../workflows/messages.js';
import type { ActivitySettings } from './activity-context.js';

/** One message to all its receivers, and the status message as it is then. */
export interface SendNotification {
  readonly message: Message;
  /** Sent after the message, to its receivers that got the message. */
  readonly board?: MessageOf<'board'>;
  /** The state that the previous message returned; undefined for the first. */
  readonly state?: NotificationState;
  /** The run whose slipway.yaml names the receivers; or the receivers, and the folder of their slipway.yaml. */
  readonly receivers:
    | { readonly cluster: string; readonly run: number }
    | { readonly notify: readonly Receiver[]; readonly base: string };
  /** Only these, by the names of outcomes: those that an earlier delivery did not reach. */
  readonly only?: readonly string[];
}

export interface NotificationSent {
  /** The kind of the message. Left out: there was no delivery at all. */
  readonly kind?: MessageKind;
  /** One for each receiver of this kind of message. */
  readonly outcomes: readonly ReceiverOutcome[];
  /** The outcomes of the status message that was sent with it. */
  readonly board?: readonly ReceiverOutcome[];
  /** State for the next message. */
  readonly state: NotificationState;
  /** Why there was no delivery at all. */
  readonly nobody?: string;
}

/** The heartbeat's details: the progress, for the next attempt. */
interface Progress extends Waiting {
  readonly begun: readonly string[];
  readonly settled: readonly ReceiverOutcome[];
}

/** A delivery takes half a minute at most; so does the status message's, and a report that one of them fails. */
const longestMs = 90_000;
/** For a receiver already reported as failing: it is still tried, but must not delay the others' next message. */
const failingLimits: DeliveryLimits = { totalMs: 5_000, requestMs: 5_000, pauseMs: 500 };
const heartbeatMs = 1_500;

/**
 * Delivers one message: each receiver has its own outcome, and none of them is an exception, so that no upgrade waits for a notifier.
 * It throws only when it is cancelled or its worker dies; the next attempt continues with the receivers that are left.
 *
 * A receiver that failed three times in a row is reported to the others.
 */
export async function sendNotification(
  settings: ActivitySettings,
  input: SendNotification,
): Promise<NotificationSent> {
  const { message, state = { receivers: {} } } = input;
  const beats = new Beats(Context.current());
  try {
    const { named, base } = await receiversOf(settings, input.receivers);
    const { cancellationSignal: signal } = Context.current();
    const options = { base, dialMap: settings.dialMap, signal, words: describe };
    const chosen = named.filter(({ name }) => input.only?.includes(name) ?? true);
    const outcomes = await deliver(chosen, message, state, options, beats);
    const { cluster, run, at } = message;
    const heading = { cluster, ...(run === undefined ? {} : { run }), at };
    const after = afterNotification(state, outcomes, {
      ...heading,
      isStatusMessage: message.kind === 'board',
    });
    const unreached = new Set(
      outcomes.filter(({ outcome }) => outcome === 'failed').map(({ receiver }) => receiver),
    );
    const reached = named.filter(({ name }) => !unreached.has(name));
    const statusOutcomes =
      input.board && (await deliver(reached, input.board, after.state, options, beats.ofBoard()));
    const afterStatus = afterNotification(after.state, statusOutcomes ?? [], {
      ...heading,
      isStatusMessage: true,
    });
    const unreported: string[] = [];
    for (const failing of [...after.failing, ...afterStatus.failing]) {
      const reported = await notifyReceivers(wanting(reached, failing), renderMessage(failing), {
        ...options,
        boards: {},
      });
      if (!reported.some(({ outcome }) => outcome === 'delivered')) unreported.push(failing.receiver);
    }
    return {
      kind: message.kind,
      outcomes,
      ...(statusOutcomes ? { board: statusOutcomes } : {}),
      state: unsaid(afterStatus.state, unreported),
    };
  } catch (error) {
    if (Context.current().cancellationSignal.aborted) await Context.current().cancelled;
    return {
      outcomes: [],
      state,
      nobody: error instanceof Refusal ? describe(error.reason) : messageOf(error),
    };
  } finally {
    beats.stop();
  }
}

async function receiversOf(
  { inputOf, credentialsFolder }: ActivitySettings,
  from: SendNotification['receivers'],
): Promise<{ readonly named: readonly NamedReceiver[]; readonly base: string }> {
  if ('notify' in from) return { named: namedReceivers(from.notify), base: credentialsFolder ?? from.base };
  const { inventory, base } = await inputOf(from.cluster, from.run);
  return { named: namedReceivers(inventory.notify), base: credentialsFolder ?? base };
}

function wanting(receivers: readonly NamedReceiver[], message: Message): NamedReceiver[] {
  return receivers.filter((receiver) => isWanted(receiver, message));
}

/** Delivers to the receivers that an earlier attempt did not reach. */
async function deliver(
  receivers: readonly NamedReceiver[],
  message: Message,
  state: NotificationState,
  options: Omit<NotifyOptions, 'boards'>,
  beats: Marks,
): Promise<ReceiverOutcome[]> {
  const rendered = renderMessage(message);
  const wanted = wanting(receivers, message);
  const due = wanted.filter(({ name, service }) => {
    // A worker died during this delivery. A service that would show a repetition gets one only if that is better than no message.
    const again = rendered.insist || rendered.isStatusMessage || service === 'ntfy' || service === 'webhook';
    if (beats.wasBegun(name) && !beats.outcomeOf(name) && !again) beats.settle(lost(name));
    return !beats.outcomeOf(name);
  });
  const failing = (name: string): boolean => state.receivers[name]?.failing?.said === true;
  const boards = Object.entries(state.receivers).flatMap(([name, { board }]) =>
    board === undefined ? [] : [[name, board]],
  );
  await notifyReceivers(due, rendered, {
    ...options,
    boards: Object.fromEntries(boards) as Record<string, string>,
    limitsOf: (name) => (failing(name) ? failingLimits : deliveryLimits),
    begins: (receiver) => beats.begin(receiver),
    ended: (outcome) => beats.settle(outcome),
  });
  return wanted.flatMap(({ name }) => beats.outcomeOf(name) ?? []);
}

function lost(receiver: string): ReceiverOutcome {
  const why = 'the worker ended during the delivery, and this service would show a repetition twice';
  return { receiver, outcome: 'failed', attempts: 1, why, mayHaveArrived: true };
}

/** The progress of one message. */
interface Marks {
  /** Whether an earlier attempt had begun the delivery to a receiver. */
  wasBegun(receiver: string): boolean;
  outcomeOf(receiver: string): ReceiverOutcome | undefined;
  begin(receiver: string): void;
  settle(outcome: ReceiverOutcome): void;
}

/** The heartbeat: what it waits for, and its progress. */
class Beats implements Marks {
  private progress: Progress;
  private readonly before: readonly string[];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly context: Context) {
    const last = context.info.heartbeatDetails as Partial<Progress> | undefined;
    this.before = last?.begun ?? [];
    const since = new Date();
    this.progress = {
      waitingFor: 'notifications are delivered',
      since: since.toISOString(),
      until: new Date(since.getTime() + longestMs).toISOString(),
      begun: this.before,
      settled: last?.settled ?? [],
    };
    this.timer = setInterval(() => this.beat(), heartbeatMs);
  }

  /** The progress of the status message that is sent with the message. */
  ofBoard(): Marks {
    const named = (receiver: string): string => `board of ${receiver}`;
    return {
      wasBegun: (receiver) => this.wasBegun(named(receiver)),
      outcomeOf: (receiver) => {
        const outcome = this.outcomeOf(named(receiver));
        return outcome && { ...outcome, receiver };
      },
      begin: (receiver) => this.begin(named(receiver)),
      settle: (outcome) => this.settle({ ...outcome, receiver: named(outcome.receiver) }),
    };
  }

  wasBegun(receiver: string): boolean {
    return this.before.includes(receiver);
  }

  outcomeOf(receiver: string): ReceiverOutcome | undefined {
    return this.progress.settled.find((outcome) => outcome.receiver === receiver);
  }

  begin(receiver: string): void {
    this.progress = { ...this.progress, begun: [...new Set([...this.progress.begun, receiver])] };
    this.beat();
  }

  settle(outcome: ReceiverOutcome): void {
    this.progress = { ...this.progress, settled: [...this.progress.settled, outcome] };
    this.beat();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    this.context.heartbeat(this.progress);
  }
}
