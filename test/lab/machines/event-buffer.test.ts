import { describe, expect, test } from '@jest/globals';
import { EventBuffer, type EventStart } from '../../../lab/machines/event-buffer.js';
import type { MachineEvent } from '../../../lab/machines/machine-event.js';

function filled(count: number): EventBuffer {
  const buffer = new EventBuffer();
  for (let number = 1; number <= count; number += 1) {
    buffer.publish({ kind: 'PhaseEvent', phase: String(number), action: 'START' });
  }
  return buffer;
}

function phasesFrom(buffer: EventBuffer, start: EventStart): string[] {
  const seen: MachineEvent[] = [];
  buffer.watch(start, (event) => seen.push(event))();
  return seen.map(({ payload }) => (payload.kind === 'PhaseEvent' ? payload.phase : '?'));
}

describe('the events of a boot', () => {
  test.each([
    { start: {}, sees: [] },
    { start: { tailEvents: 0 }, sees: [] },
    { start: { tailEvents: 2 }, sees: ['4', '5'] },
    { start: { tailEvents: -1 }, sees: ['1', '2', '3', '4', '5'] },
    { start: { tailSeconds: 60 }, sees: ['1', '2', '3', '4', '5'] },
  ])('a reader that starts at $start sees $sees', ({ start, sees }) => {
    expect(phasesFrom(filled(5), start)).toEqual(sees);
  });

  test('a reader can start after an event it knows', () => {
    const buffer = filled(3);
    expect(phasesFrom(buffer, { tailId: buffer.all()[1]?.id ?? '' })).toEqual(['3']);
  });

  test('only the last thousand are remembered, and the oldest ten of them are not handed out', () => {
    const phases = phasesFrom(filled(1_200), { tailEvents: -1 });
    expect(phases).toHaveLength(990);
    expect(phases[0]).toBe('211');
  });

  test('a reader gets new events until it stops', () => {
    const buffer = filled(0);
    const seen: string[] = [];
    const stop = buffer.watch({}, ({ actorId }) => seen.push(actorId));
    buffer.publish({ kind: 'TaskEvent', task: 'one', action: 'START' }, 'an-actor');
    stop();
    buffer.publish({ kind: 'TaskEvent', task: 'two', action: 'START' }, 'another');
    expect(seen).toEqual(['an-actor']);
  });

  test('ids have twenty characters and sort in the order of the events', () => {
    const ids = filled(300)
      .all()
      .map(({ id }) => id);
    expect(ids.every((id) => /^[0-9a-v]{20}$/.test(id))).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
  });
});
