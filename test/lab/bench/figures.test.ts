import { describe, expect, it } from '@jest/globals';
import { figureOf, quantile, type Budget, type Measured } from '../../../lab/bench/figure.js';
import { exitCode, newOutcome, outcomeText } from '../../../lab/bench/outcome.js';
import { withTables } from '../../../lab/bench/performance-page.js';

const measured = (values: readonly number[], budget?: Budget): Measured => ({
  name: 'overhead per node',
  unit: 's',
  values,
  load: 0.44,
  ...(budget ? { budget } : {}),
});

describe('a figure', () => {
  it.each([
    { values: [3, 1, 2], median: 2, p95: 3 },
    { values: [1, 2, 3, 10], median: 2.5, p95: 10 },
    { values: Array.from({ length: 100 }, (_, at) => at + 1), median: 50.5, p95: 95 },
  ])('has median $median and 95th percentile $p95', ({ values, median, p95 }) => {
    expect(figureOf(measured(values))).toMatchObject({
      n: values.length,
      median,
      p95,
      budget: null,
      ok: true,
    });
  });

  it.each([
    { values: [1, 1, 4], ok: true },
    { values: [1, 1, 4.1], ok: false },
    { values: [1, 2.1, 3], ok: false },
  ])('$values within median 2 and p95 4: $ok', ({ values, ok }) => {
    expect(figureOf(measured(values, { median: 2, p95: 4 })).ok).toBe(ok);
  });

  it('needs at least one value', () => {
    expect(() => figureOf(measured([]))).toThrow('overhead per node: nothing was measured');
    expect(quantile([7], 0.95)).toBe(7);
  });
});

describe('the outcome', () => {
  const good = figureOf(measured([1], { p95: 2 }));
  const bad = figureOf({ ...measured([3], { p95: 2 }), name: 'kills' });

  it('is good only where everything was measured and nothing is over its budget', () => {
    expect(exitCode({ ...newOutcome(), figures: [good] })).toBe(0);
    expect(exitCode({ ...newOutcome(), figures: [good, bad] })).toBe(1);
    expect(exitCode({ ...newOutcome(), figures: [good], failed: ['demo: it ended'] })).toBe(1);
    expect(exitCode(newOutcome())).toBe(1);
  });

  it('names what is over its budget, and what could not be measured', () => {
    const text = outcomeText({ ...newOutcome(), figures: [good, bad], failed: ['demo: it ended'] });
    expect(text).toContain('Over its budget: kills');
    expect(text).not.toContain('Over its budget: overhead');
    expect(text).toContain('Could not be measured: demo: it ended');
  });
});

describe('the page', () => {
  it('gets new tables in place of the old ones, and keeps its text', () => {
    const page = 'before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n';
    const once = withTables(page, '| new |', 'bench');
    expect(once).toBe('before\n<!-- bench:begin -->\n\n| new |\n\n<!-- bench:end -->\nafter\n');
    expect(withTables(once, '| new |', 'bench')).toBe(once);
    expect(() => withTables('no marks', '| new |', 'bench')).toThrow('<!-- bench:begin -->');
  });
});
