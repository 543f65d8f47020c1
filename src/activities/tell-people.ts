import { Context } from '@temporalio/activity';
import type { Receiver } from '../inventory/notify.js';
import { describe } from '../planning/reasons/describe.js';
import type { Message, MessageKind, MessageOf } from '../planning/messages/message.js';
import { isWanted, namedReceivers, type NamedReceiver } from '../planning/messages/receivers.js';
import { renderMessage } from '../planning/messages/render.js';
import {
  afterTelling,
  unsaid,
  type ReceiverOutcome,
  type TellingState,
} from '../planning/messages/telling.js';
import { deliveryLimits, type DeliveryLimits } from '../tools/notify/deliver.js';
import { tellReceivers, type TellOptions } from '../tools/notify/tell-receivers.js';
import { messageOf, Refusal } from '../tools/refusal.js';
import type { Waiting } from '../workflows/messages.js';
import type { ActivitySettings } from './activity-context.js';

/** One message to everybody who is to be told it, and the board as it stands then. */
export interface TellPeople {
  readonly message: Message;
  /** Told after the message, to those who have it and could be told the message. */
  readonly board?: MessageOf<'board'>;
  /** What the message before answered; undefined for the first. */
  readonly state?: TellingState;
  /** The run whose slipway.yaml names the receivers; or the receivers, and the folder of the slipway.yaml they stand in. */
  readonly receivers:
    | { readonly cluster: string; readonly run: number }
    | { readonly notify: readonly Receiver[]; readonly base: string };
  /** Only these, by the names of outcomes: those that a try before did not reach. */
  readonly only?: readonly string[];
}

export interface PeopleTold {
  /** What they were told. Left out: nobody could be told at all. */
  readonly kind?: MessageKind;
  /** One for each receiver that is told messages of this kind. */
  readonly outcomes: readonly ReceiverOutcome[];
  /** The same of the board that was told with it. */
  readonly board?: readonly ReceiverOutcome[];
  /** To be handed in with the next message. */
  readonly state: TellingState;
  /** Why nobody could be told at all. */
  readonly nobody?: string;
}

/** What a heartbeat holds: how far it is, for an attempt after this one. */
interface Progress extends Waiting {
  readonly begun: readonly string[];
  readonly settled: readonly ReceiverOutcome[];
}

/** A delivery takes half a minute at most; so do the board's, and a report that one of them fails. */
const longestMs = 90_000;
/** Of a receiver that others were told of already: it is tried, and the others wait no longer for their next message because of it. */
const failingLimits: DeliveryLimits = { totalMs: 5_000, requestMs: 5_000, pauseMs: 500 };
const heartbeatMs = 1_500;

/**
 * Tells people one message: each receiver has its own outcome, and none of them is an exception, so that no upgrade waits for a
 * notifier. It ends otherwise only when it is cancelled, or its worker dies: the attempt after that continues with those who were not told.
 *
 * A receiver that failed three times in a row is told of to the others.
 */
export async function tellPeople(settings: ActivitySettings, input: TellPeople): Promise<PeopleTold> {
  const { message, state = { receivers: {} } } = input;
  const beats = new Beats(Context.current());
  try {
    const { named, base } = await receiversOf(settings, input.receivers);
    const { cancellationSignal: signal } = Context.current();
    const options = { base, dialMap: settings.dialMap, signal, words: describe };
    const chosen = named.filter(({ name }) => input.only?.includes(name) ?? true);
    const outcomes = await tell(chosen, message, state, options, beats);
    const { cluster, run, at } = message;
    const heading = { cluster, ...(run === undefined ? {} : { run }), at };
    const after = afterTelling(state, outcomes, { ...heading, isBoard: message.kind === 'board' });
    const silent = new Set(
      outcomes.filter(({ outcome }) => outcome === 'failed').map(({ receiver }) => receiver),
    );
    const heard = named.filter(({ name }) => !silent.has(name));
    const editions = input.board && (await tell(heard, input.board, after.state, options, beats.ofBoard()));
    const withBoard = afterTelling(after.state, editions ?? [], { ...heading, isBoard: true });
    const unheard: string[] = [];
    for (const failing of [...after.failing, ...withBoard.failing]) {
      const told = await tellReceivers(wanting(heard, failing), renderMessage(failing), {
        ...options,
        boards: {},
      });
      if (!told.some(({ outcome }) => outcome === 'told')) unheard.push(failing.receiver);
    }
    return {
      kind: message.kind,
      outcomes,
      ...(editions ? { board: editions } : {}),
      state: unsaid(withBoard.state, unheard),
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
  from: TellPeople['receivers'],
): Promise<{ readonly named: readonly NamedReceiver[]; readonly base: string }> {
  if ('notify' in from) return { named: namedReceivers(from.notify), base: credentialsFolder ?? from.base };
  const { inventory, base } = await inputOf(from.cluster, from.run);
  return { named: namedReceivers(inventory.notify), base: credentialsFolder ?? base };
}

function wanting(receivers: readonly NamedReceiver[], message: Message): NamedReceiver[] {
  return receivers.filter((receiver) => isWanted(receiver, message));
}

/** Tells those who were not told by an attempt before this one. */
async function tell(
  receivers: readonly NamedReceiver[],
  message: Message,
  state: TellingState,
  options: Omit<TellOptions, 'boards'>,
  beats: Marks,
): Promise<ReceiverOutcome[]> {
  const rendered = renderMessage(message);
  const wanted = wanting(receivers, message);
  const due = wanted.filter(({ name, service }) => {
    // A worker died while it told this one. A service that would show a repetition is told again only if that is better than silence.
    const again = rendered.insist || rendered.isBoard || service === 'ntfy' || service === 'webhook';
    if (beats.wasBegun(name) && !beats.outcomeOf(name) && !again) beats.settle(lost(name));
    return !beats.outcomeOf(name);
  });
  const failing = (name: string): boolean => state.receivers[name]?.failing?.said === true;
  const boards = Object.entries(state.receivers).flatMap(([name, { board }]) =>
    board === undefined ? [] : [[name, board]],
  );
  await tellReceivers(due, rendered, {
    ...options,
    boards: Object.fromEntries(boards) as Record<string, string>,
    limitsOf: (name) => (failing(name) ? failingLimits : deliveryLimits),
    begins: (receiver) => beats.begin(receiver),
    ended: (outcome) => beats.settle(outcome),
  });
  return wanted.flatMap(({ name }) => beats.outcomeOf(name) ?? []);
}

function lost(receiver: string): ReceiverOutcome {
  const why = 'the worker ended while it was told, and this service would show a repetition twice';
  return { receiver, outcome: 'failed', attempts: 1, why, mayHaveArrived: true };
}

/** How far it is with one message. */
interface Marks {
  /** Whether an attempt before this one had begun to tell a receiver. */
  wasBegun(receiver: string): boolean;
  outcomeOf(receiver: string): ReceiverOutcome | undefined;
  begin(receiver: string): void;
  settle(outcome: ReceiverOutcome): void;
}

/** The heartbeat: what it waits for, and how far it is. */
class Beats implements Marks {
  private progress: Progress;
  private readonly before: readonly string[];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly context: Context) {
    const last = context.info.heartbeatDetails as Partial<Progress> | undefined;
    this.before = last?.begun ?? [];
    const since = new Date();
    this.progress = {
      waitingFor: 'people are told',
      since: since.toISOString(),
      until: new Date(since.getTime() + longestMs).toISOString(),
      begun: this.before,
      settled: last?.settled ?? [],
    };
    this.timer = setInterval(() => this.beat(), heartbeatMs);
  }

  /** The same of the board that goes with the message. */
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
