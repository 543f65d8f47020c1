import type { MessageOf } from './message.js';

/** Outcome of a delivery to one receiver. */
export type ReceiverOutcome = { readonly receiver: string } & (
  | {
      /** `updated`: an existing status message was edited. */
      readonly outcome: 'delivered' | 'updated';
      readonly attempts: number;
      /** The service's id of the message, where it can be edited by that. */
      readonly message?: string;
    }
  | {
      readonly outcome: 'failed';
      readonly attempts: number;
      /** A sentence without a full stop and without any secret. */
      readonly why: string;
      /** It was sent, and whether it arrived is not known. */
      readonly mayHaveArrived: boolean;
    }
);

/** What the outbox keeps from message to message: a few hundred bytes for each receiver. */
export interface NotificationState {
  readonly receivers: Readonly<Record<string, ReceiverState>>;
}

export interface ReceiverState {
  /** The service's id of the status message. */
  readonly board?: string;
  /** Deliveries to it have failed since its last success. */
  readonly failing?: {
    readonly times: number;
    /** ISO time of the first of them. */
    readonly since: string;
    readonly why: string;
    /** The other receivers were notified of it. */
    readonly said: boolean;
  };
}

/** So many failed deliveries in a row are no accident. */
const failingAfter = 3;

/**
 * The state after a message, and the receivers whose failure the others are to be notified of: the third failure in a row, not reported
 * yet. Pure: the clock comes in.
 *
 * @param at ISO time of the message.
 */
export function afterNotification(
  state: NotificationState,
  outcomes: readonly ReceiverOutcome[],
  about: {
    readonly cluster: string;
    readonly run?: number;
    readonly at: string;
    readonly isStatusMessage: boolean;
  },
): { readonly state: NotificationState; readonly failing: readonly MessageOf<'notifier-failing'>[] } {
  const receivers: Record<string, ReceiverState> = { ...state.receivers };
  const failing: MessageOf<'notifier-failing'>[] = [];
  const { isStatusMessage, ...heading } = about;
  for (const outcome of outcomes) {
    const before = receivers[outcome.receiver] ?? {};
    if (outcome.outcome !== 'failed') {
      const statusId = isStatusMessage ? outcome.message : before.board;
      receivers[outcome.receiver] = statusId === undefined ? {} : { board: statusId };
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

/** Whether anybody was notified: a report that reached nobody is due again. */
export function unsaid(state: NotificationState, receivers: readonly string[]): NotificationState {
  const changed = receivers.flatMap((name): [string, ReceiverState][] => {
    const { failing, ...rest } = state.receivers[name] ?? {};
    return failing ? [[name, { ...rest, failing: { ...failing, said: false } }]] : [];
  });
  return { receivers: { ...state.receivers, ...Object.fromEntries(changed) } };
}
