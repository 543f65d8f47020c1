import { describe as group, expect, test } from '@jest/globals';
import { estimateLeft } from '../../../src/runs/view/estimate-left.js';
import { clockText, durationText, roughText } from '../../../src/runs/view/time-text.js';
import { wrapRows, wrapText } from '../../../src/cli/progress/wrap-text.js';
import { sentence } from '../../../src/planning/text/sentence.js';
import { aNode, aRunView, after, at, doneNode, nodeNames, runningNode } from '../../runs/view/a-run-view.js';

const second = 1000;
const minute = 60 * second;

test.each([
  [-5, '0m00s'],
  [47 * second, '0m47s'],
  [3 * minute + 12 * second, '3m12s'],
  [62 * minute, '1h02m'],
])('%i ms is written %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test.each([
  [20 * second, 'less than a minute'],
  [31 * minute, 'about 31 min'],
  [60 * minute, 'about 1 h'],
  [80 * minute, 'about 1 h 20 min'],
])('%i ms is roughly %s', (milliseconds, text) => {
  expect(roughText(milliseconds)).toBe(text);
});

test.each([
  ['2026-11-21T14:32:10Z', 'UTC', '14:32:10'],
  ['2026-11-22T00:01:00Z', 'UTC', '2026-11-22 00:01:00'],
  ['2026-11-21T23:30:00Z', 'Europe/Berlin', '2026-11-22 00:30:00'],
])('%s is shown in %s as %s', (iso, timeZone, text) => {
  expect(clockText(iso, Date.parse('2026-11-21T12:00:00Z'), timeZone)).toBe(text);
});

test.each([
  ['a text that fits', 20, ['a text that fits']],
  ['a text that does not', 10, ['a text', 'that does', 'not']],
  ['averyveryverylongword here', 6, ['averyveryverylongword', 'here']],
  ['', 5, ['']],
])('"%s" is broken at %i', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});

test.each([
  ['a row that fits is left alone', '  cordon  marks the node', '  cordon  marks the node'],
  [
    'a row of columns continues under the last one',
    '  cordon  marks the node unschedulable',
    '  cordon  marks the node\n          unschedulable',
  ],
  [
    'any other row continues slightly indented',
    '  a rollback replaces a machine again',
    '  a rollback replaces a machine\n    again',
  ],
])('%s', (_what, row, wrapped) => {
  expect(wrapRows(`first\n${row}\nlast`, 34)).toBe(`first\n${wrapped}\nlast`);
});

test.each([
  ['k8s-ctrl-1 leads', 'k8s-ctrl-1 leads.'],
  ['is it?', 'is it?'],
  ['two\nlines \u001b[31mred', 'two lines [31mred.'],
])('%j becomes the sentence %j', (text, expected) => {
  expect(sentence(text)).toBe(expected);
});

group('the remaining time', () => {
  const waiting = nodeNames.map((name) => aNode(name));

  test("is the plan's own estimate before the first node is done", () => {
    expect(estimateLeft(aRunView(), after(5))).toBe(24 * minute);
  });

  test('is estimated from finished nodes of the same role, with soaks and without pauses', () => {
    const nodes = [
      doneNode('k8s-ctrl-2', 0, 160),
      runningNode('k8s-ctrl-3', 180, 'drain', 190),
      ...waiting.slice(2),
    ];
    // A control plane: 100 s and 60 s of soak; 20 s between nodes. Workers are not known yet: as control planes.
    const ctrl3 = 160 - 10;
    const ctrl1 = 160 + 20;
    const workers = 160 + 20 + 2 * (100 + 20);
    expect(estimateLeft(aRunView({ nodes }), after(190))).toBe((ctrl3 + ctrl1 + workers) * second);
  });

  test('of a batch is that of its slowest node, not the sum', () => {
    const nodes = [
      doneNode('k8s-work-1', 0, 160),
      { ...runningNode('k8s-work-2', 180, 'drain', 190), batch: 20 },
      { ...runningNode('k8s-work-3', 180, 'drain', 190), batch: 20 },
      { ...aNode('k8s-work-4'), batch: 21 },
      { ...aNode('k8s-work-5'), batch: 21 },
    ];
    // Workers take 100 s without the canary's soak of 60 s; both began 10 s ago, and 20 s lie between batches.
    expect(estimateLeft(aRunView({ nodes }), after(190))).toBe((90 + 100 + 20) * second);
  });

  test('is never negative for a node that takes longer than the others', () => {
    const nodes = [doneNode('k8s-work-2', 0, 10), runningNode('k8s-work-3', 10, 'drain', 12)];
    expect(estimateLeft(aRunView({ nodes }), after(900))).toBe(0);
  });

  test('is unknown without a plan, and at the end', () => {
    expect(estimateLeft(aRunView({ plan: undefined, nodes: [] }), after(5))).toBeUndefined();
    expect(estimateLeft(aRunView({ outcome: 'halted', endedAt: at(4) }), after(5))).toBeUndefined();
  });
});
