import { describe, expect, test } from '@jest/globals';
import {
  afterTelling,
  unsaid,
  type ReceiverOutcome,
  type TellingState,
} from '../../../src/planning/messages/telling.js';

const about = { cluster: 'prox-ops', run: 42, at: '2026-11-21T14:00:00.000Z', isBoard: false };
const nothing: TellingState = { receivers: {} };
const failed = (receiver: string, why = 'it answered 500'): ReceiverOutcome => ({
  receiver,
  outcome: 'failed',
  attempts: 5,
  why,
  mayHaveArrived: false,
});
const told = (receiver: string, message?: string): ReceiverOutcome => ({
  receiver,
  outcome: 'told',
  attempts: 1,
  ...(message === undefined ? {} : { message }),
});

describe('what is kept from message to message', () => {
  test('a third failure in a row is told of once, with since when', () => {
    let state = nothing;
    const said = [1, 2, 3, 4, 5].map((hour) => {
      const after = afterTelling(state, [failed('ntfy'), told('discord')], {
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

  test('one that arrives ends the count', () => {
    let state = nothing;
    for (const outcome of [failed('ntfy'), failed('ntfy'), told('ntfy'), failed('ntfy'), failed('ntfy')]) {
      const after = afterTelling(state, [outcome], about);
      expect(after.failing).toEqual([]);
      ({ state } = after);
    }
    expect(state.receivers['ntfy']?.failing?.times).toBe(2);
  });

  test('a report that reached nobody is due again', () => {
    const three: TellingState = {
      receivers: { ntfy: { failing: { times: 2, since: about.at, why: 'x', said: false } } },
    };
    const first = afterTelling(three, [failed('ntfy')], about);
    expect(first.failing).toHaveLength(1);
    expect(afterTelling(first.state, [failed('ntfy')], about).failing).toHaveLength(0);
    expect(afterTelling(unsaid(first.state, ['ntfy']), [failed('ntfy')], about).failing).toHaveLength(1);
  });

  test('the id of the board outlives messages, failures and what is no board', () => {
    const board = afterTelling(nothing, [told('discord', '7')], { ...about, isBoard: true }).state;
    expect(board.receivers['discord']).toEqual({ board: '7' });
    const record = afterTelling(board, [told('discord', '8')], about).state;
    expect(record.receivers['discord']).toEqual({ board: '7' });
    expect(afterTelling(record, [failed('discord')], about).state.receivers['discord']?.board).toBe('7');
    expect(
      afterTelling(record, [told('discord', '9')], { ...about, isBoard: true }).state.receivers['discord'],
    ).toEqual({ board: '9' });
  });
});
