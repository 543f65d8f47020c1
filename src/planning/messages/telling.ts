import type { MessageOf } from './message.js';

/** What became of a message at one receiver. */
export type ReceiverOutcome = { readonly receiver: string } & (
  | {
      /** `updated`: a board that was there already. */
      readonly outcome: 'told' | 'updated';
      readonly attempts: number;
      /** What the service calls the message, where it can be edited by that. */
      readonly message?: string;
    }
  | {
      readonly outcome: 'failed';
      readonly attempts: number;
      /** A sentence without a full stop and without any secret. */
      readonly why: string;
      /** It was sent, and nobody knows whether it arrived. */
      readonly mayHaveArrived: boolean;
    }
);

/** What whoever tells people keeps from message to message: a few hundred bytes for each receiver. */
export interface TellingState {
  readonly receivers: Readonly<Record<string, ReceiverState>>;
}

export interface ReceiverState {
  /** What the service calls the board. */
  readonly board?: string;
  /** It could not be told the last messages. */
  readonly failing?: {
    readonly times: number;
    /** ISO time of the first of them. */
    readonly since: string;
    readonly why: string;
    /** The other receivers were told of it. */
    readonly said: boolean;
  };
}

/** As many messages in a row that did not arrive are no accident. */
const failingAfter = 3;

/**
 * What is kept after a message, and which receivers the others should be told of: they fail for the third time in a row, and nobody was
 * told yet. Pure: the clock comes in.
 *
 * @param at ISO time of the message.
 */
export function afterTelling(
  state: TellingState,
  outcomes: readonly ReceiverOutcome[],
  about: { readonly cluster: string; readonly run?: number; readonly at: string; readonly isBoard: boolean },
): { readonly state: TellingState; readonly failing: readonly MessageOf<'notifier-failing'>[] } {
  const receivers: Record<string, ReceiverState> = { ...state.receivers };
  const failing: MessageOf<'notifier-failing'>[] = [];
  const { isBoard, ...heading } = about;
  for (const outcome of outcomes) {
    const before = receivers[outcome.receiver] ?? {};
    if (outcome.outcome !== 'failed') {
      const board = isBoard ? outcome.message : before.board;
      receivers[outcome.receiver] = board === undefined ? {} : { board };
      continue;
    }
    const times = (before.failing?.times ?? 0) + 1;
    const since = before.failing?.since ?? about.at;
    const say = times >= failingAfter && before.failing?.said !== true;
    const said = say || before.failing?.said === true;
    receivers[outcome.receiver] = { ...before, failing: { times, since, why: outcome.why, said } };
    if (say) {
      const { receiver, why } = outcome;
      failing.push({ ...heading, kind: 'notifier-failing', part: receiver, receiver, times, since, why });
    }
  }
  return { state: { receivers }, failing };
}

/** Whether anybody could be told: a report that reached nobody is due again. */
export function unsaid(state: TellingState, receivers: readonly string[]): TellingState {
  const changed = receivers.flatMap((name): [string, ReceiverState][] => {
    const { failing, ...rest } = state.receivers[name] ?? {};
    return failing ? [[name, { ...rest, failing: { ...failing, said: false } }]] : [];
  });
  return { receivers: { ...state.receivers, ...Object.fromEntries(changed) } };
}
