import { describe as group, expect, test } from '@jest/globals';
import { Windows } from '../../../src/inventory/windows.js';
import { windowAt } from '../../../src/planning/gates/maintenance-window.js';

const saturdays = { zone: 'Europe/Berlin', open: [{ at: '0 22 * * SAT', lasts: '6h' }] };
const seen = (windows: object, now: string) => windowAt(Windows.parse(windows), Date.parse(now));

group('a maintenance window', () => {
  test.each([
    ['a minute before it opens', '2026-11-21T20:59:00Z', { open: false, opens: '2026-11-21T21:00:00.000Z' }],
    ['as it opens', '2026-11-21T21:00:00Z', { open: true, until: '2026-11-22T02:45:00.000Z' }],
    ['in it', '2026-11-22T01:00:00Z', { open: true, until: '2026-11-22T02:45:00.000Z' }],
    [
      'in its last minutes, when no node is begun',
      '2026-11-22T02:45:00Z',
      { open: false, opens: '2026-11-28T21:00:00.000Z' },
    ],
    [
      'in summer, an hour earlier by UTC',
      '2026-07-04T20:00:00Z',
      { open: true, until: '2026-07-05T01:45:00.000Z' },
    ],
  ])('%s', (_, now, state) => {
    expect(seen(saturdays, now)).toEqual(state);
  });

  test('does not open on a day that is excepted, as days are counted there', () => {
    const windows = { ...saturdays, except: ['2026-11-21'] };
    expect(seen(windows, '2026-11-21T22:00:00Z')).toEqual({ open: false, opens: '2026-11-28T21:00:00.000Z' });
    // One o'clock on Sunday there: the day it opened on counts.
    expect(seen(windows, '2026-11-22T00:00:00Z').open).toBe(false);
    expect(seen({ ...saturdays, except: ['2026-11-22'] }, '2026-11-22T00:00:00Z').open).toBe(true);
  });

  test('among several the one that opens first counts, and the one that stays open longest', () => {
    const open = [
      { at: '0 1 * * *', lasts: '2h' },
      { at: '0 2 * * *', lasts: '3h' },
    ];
    const windows = { zone: 'UTC', open };
    expect(seen(windows, '2026-11-21T00:00:00Z')).toEqual({ open: false, opens: '2026-11-21T01:00:00.000Z' });
    expect(seen(windows, '2026-11-21T02:30:00Z')).toEqual({ open: true, until: '2026-11-21T04:45:00.000Z' });
  });

  test('that lasts into its own next opening is open all the time', () => {
    const windows = { zone: 'UTC', open: [{ at: '0 * * * *', lasts: '90m' }] };
    expect(seen(windows, '2026-11-21T12:59:00Z')).toEqual({ open: true, until: '2026-11-21T13:15:00.000Z' });
  });

  test('lasts as long as it says where clocks are changed in it', () => {
    const windows = { zone: 'Europe/Berlin', open: [{ at: '0 1 * * SUN', lasts: '4h' }], lastStart: '0s' };
    // At three the clocks go back to two: four hours after one it is four.
    expect(seen(windows, '2026-10-25T02:59:00Z')).toEqual({ open: true, until: '2026-10-25T03:00:00.000Z' });
    expect(seen(windows, '2026-10-25T03:00:00Z').open).toBe(false);
  });

  test('that opens at a time that a clock change leaves out opens all the same', () => {
    const windows = { zone: 'Europe/Berlin', open: [{ at: '30 2 29 3 *', lasts: '4h' }] };
    expect(seen(windows, '2026-03-29T00:00:00Z')).toMatchObject({ open: false });
    expect(seen(windows, '2026-03-29T02:00:00Z')).toMatchObject({ open: true });
  });

  test('of which all days are excepted never opens again, and says so', () => {
    const windows = { zone: 'UTC', open: [{ at: '0 0 24 12 *', lasts: '4h' }] };
    const except = Array.from({ length: 400 }, (_, year) => `${2026 + year}-12-24`);
    expect(seen({ ...windows, except }, '2026-11-21T12:00:00Z')).toMatchObject({
      open: false,
      opens: '2426-12-24T00:00:00.000Z',
    });
  });
});
