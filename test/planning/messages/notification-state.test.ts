import { describe, expect, test } from '@jest/globals';
import {
  afterNotification,
  unsaid,
  type ReceiverOutcome,
  type NotificationState,
} from '../../../src/planning/messages/notification-state.js';

const about = { cluster: 'prox-ops', run: 42, at: '2026-11-21T14:00:00.000Z', isStatusMessage: false };
const nothing: NotificationState = { receivers: {} };
const failed = (receiver: string, why = 'it answered 500'): ReceiverOutcome => ({
  receiver,
  outcome: 'failed',
  attempts: 5,
  why,
  mayHaveArrived: false,
});
const delivered = (receiver: string, message?: string): ReceiverOutcome => ({
  receiver,
  outcome: 'delivered',
  attempts: 1,
  ...(message === undefined ? {} : { message }),
});

describe('the notification state between messages', () => {
  test('a third failure in a row is reported once, with its start', () => {
    let state = nothing;
    const said = [1, 2, 3, 4, 5].map((hour) => {
      const after = afterNotification(state, [failed('ntfy'), delivered('discord')], {
        ...about,
        at: `2026-11-21T0${hour}:00:00.000Z`,
      });
      ({ state } = after);
      return after.failing;
    });
    expect(said.map(({ length }) => length)).toEqual([0, 0, 1, 0, 0]);
    expect(said[2]?.[0]).toMatchObject({
      kind: 'notifier-failing',
      receiver: 'ntfy',
      times: 3,
      since: '2026-11-21T01:00:00.000Z',
    });
    expect(state.receivers['ntfy']?.failing).toMatchObject({ times: 5, said: true });
    expect(state.receivers['discord']).toEqual({});
  });

  test('a delivered message ends the count', () => {
    let state = nothing;
    for (const outcome of [
      failed('ntfy'),
      failed('ntfy'),
      delivered('ntfy'),
      failed('ntfy'),
      failed('ntfy'),
    ]) {
      const after = afterNotification(state, [outcome], about);
      expect(after.failing).toEqual([]);
      ({ state } = after);
    }
    expect(state.receivers['ntfy']?.failing?.times).toBe(2);
  });

  test('a report that reached nobody is due again', () => {
    const three: NotificationState = {
      receivers: { ntfy: { failing: { times: 2, since: about.at, why: 'x', said: false } } },
    };
    const first = afterNotification(three, [failed('ntfy')], about);
    expect(first.failing).toHaveLength(1);
    expect(afterNotification(first.state, [failed('ntfy')], about).failing).toHaveLength(0);
    expect(afterNotification(unsaid(first.state, ['ntfy']), [failed('ntfy')], about).failing).toHaveLength(1);
  });

  test('the id of the status message outlives other messages and failures', () => {
    const board = afterNotification(nothing, [delivered('discord', '7')], {
      ...about,
      isStatusMessage: true,
    }).state;
    expect(board.receivers['discord']).toEqual({ board: '7' });
    const record = afterNotification(board, [delivered('discord', '8')], about).state;
    expect(record.receivers['discord']).toEqual({ board: '7' });
    expect(afterNotification(record, [failed('discord')], about).state.receivers['discord']?.board).toBe('7');
    expect(
      afterNotification(record, [delivered('discord', '9')], { ...about, isStatusMessage: true }).state
        .receivers['discord'],
    ).toEqual({ board: '9' });
  });
});
