import { describe as group, expect, test } from '@jest/globals';
import { Windows } from '../../src/inventory/windows.js';

const window = { at: '0 22 * * SAT', lasts: '6h' };
const good = { zone: 'Europe/Berlin', open: [window], except: ['2026-12-24'], lastStart: '30m' };

group('maintenance windows', () => {
  test('are a schedule, a zone, and how long they last', () => {
    expect(Windows.parse(good)).toEqual({
      zone: 'Europe/Berlin',
      open: [{ at: '0 22 * * SAT', lasts: 21_600_000 }],
      except: ['2026-12-24'],
      lastStart: 1_800_000,
    });
  });

  test('last four hours, and allow no start in the last quarter of an hour, by default', () => {
    expect(Windows.parse({ zone: 'UTC', open: [{ at: '0 1 * * *' }] })).toMatchObject({
      open: [{ lasts: 14_400_000 }],
      except: [],
      lastStart: 900_000,
    });
  });

  test.each([
    ['a schedule that is none', { ...good, open: [{ ...window, at: 'on saturday' }] }, /five parts/],
    ['a schedule with seconds', { ...good, open: [{ ...window, at: '0 0 22 * * SAT' }] }, /five parts/],
    ['a schedule that never comes round', { ...good, open: [{ ...window, at: '0 0 30 2 *' }] }, /come round/],
    ['a zone that is none', { ...good, zone: 'Mars/Olympus' }, /Europe\/Berlin or UTC/],
    ['a zone that knows no summer', { ...good, zone: '+01:00' }, /Europe\/Berlin or UTC/],
    ['a day that is none', { ...good, except: ['24.12.2026'] }, /2026-12-24/],
    ['no window at all', { ...good, open: [] }, /.+/],
    ['windows in which nothing may begin', { ...good, lastStart: '6h' }, /would let no node begin/],
  ])('refuse %s', (_, windows, says) => {
    const parsed = Windows.safeParse(windows);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map(({ message }) => message).join('\n')).toMatch(says);
  });
});
