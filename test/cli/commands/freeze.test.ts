import { describe as group, expect, test } from '@jest/globals';
import { freezeLines, unfreezeLines } from '../../../src/cli/commands/freeze.js';

const freeze = { by: 'ada@ops', why: 'the fair', since: '2026-11-21T12:00:00.000Z' };

group('a freeze', () => {
  test('says what it blocks, and how to lift it', () => {
    const lines = freezeLines('prox-ops', { verdict: 'frozen', freeze, open: null });
    expect(lines[0]).toBe('prox-ops is frozen: no run of it begins, from the command line or by a merge.');
    expect(lines.at(-1)).toBe('  slipway unfreeze prox-ops --why "…"');
    expect(lines.join('\n')).not.toContain('goes on');
  });

  test('of a cluster with an open run says that the run continues, and what stops it', () => {
    const lines = freezeLines('prox-ops', { verdict: 'frozen', freeze, open: 7 }).join('\n');
    expect(lines).toContain('Run 7 is open and goes on.');
    expect(lines).toContain('slipway pause prox-ops/7 --why "…"');
  });

  test('of a frozen cluster says who froze it first', () => {
    expect(freezeLines('prox-ops', { verdict: 'frozen-already', freeze, open: null })[0]).toBe(
      'prox-ops is frozen already, since 2026-11-21 12:00 UTC, by ada@ops: the fair.',
    );
  });
});

group('the end of a freeze', () => {
  test('says whose freeze it was, and that nothing waited', () => {
    expect(unfreezeLines('prox-ops', { verdict: 'unfrozen', freeze })).toEqual([
      'prox-ops is not frozen any more; ada@ops had frozen it on 2026-11-21 12:00 UTC.',
      'Nothing waited. Runs may begin again.',
    ]);
  });

  test('says which run starts, and how to follow it', () => {
    const lines = unfreezeLines('prox-ops', {
      verdict: 'unfrozen',
      freeze,
      started: { run: 8, target: 'v1.12.7' },
    });
    expect(lines.slice(1)).toEqual([
      'Run 8 begins: Talos v1.12.7 was merged and had waited.',
      '  slipway watch prox-ops/8  # follow it',
    ]);
  });

  test('of a cluster that was not frozen says so', () => {
    expect(unfreezeLines('prox-ops', { verdict: 'not-frozen' })).toEqual(['prox-ops is not frozen.']);
  });
});
