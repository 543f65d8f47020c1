import { describe as group, expect, test } from '@jest/globals';
import { queueText } from '../../../src/cli/progress/queue-text.js';
import { freezeAdvice, queueLine, queueView } from '../../../src/runs/view/queue-view.js';
import type { RunLine } from '../../../src/runs/temporal/list-runs.js';
import type { Hold } from '../../../src/planning/report/run-result.js';
import { after, at, target } from '../../runs/view/a-run-view.js';

const line = (run: number, over: Partial<RunLine> = {}): RunLine => ({
  run,
  target,
  outcome: 'done',
  phase: undefined,
  waitingFor: undefined,
  startedAt: at(0),
  endedAt: at(600),
  ...over,
});
const hold: Hold = {
  run: 42,
  since: at(900),
  outcome: 'halted',
  reasons: [
    { kind: 'back-on-old-version', node: 'k8s-work-2', version: 'v1.12.1', wanted: target },
    { kind: 'fleet-halted', because: 'k8s-work-2 stopped first' },
  ],
};
const open = { run: 43, target, since: at(700) };
const frozen = { by: 'ada@ops', why: 'the fair', since: at(0) };
const none = { hold: null, open: null, lastRun: 42 };
const of = (memo: object, runs: readonly RunLine[]) =>
  queueView({ cluster: 'prox-ops', running: true, memo: { ...none, ...memo } }, runs, () => '10.20.67.5');
const lineOf = (memo: object, running = true): string =>
  queueLine({ cluster: 'prox-ops', running, memo: { ...none, ...memo } });
const text = (memo: object, runs: readonly RunLine[]): string => queueText(of(memo, runs), after(1000));

group('a queue', () => {
  test('that is free lists its last runs with outcome and time', () => {
    expect(text({}, [line(42), line(41, { outcome: 'aborted', endedAt: at(65) })]).split('\n')).toEqual([
      'prox-ops  free: takes the next run',
      '  its last 2 runs, the newest first',
      '    run 42  v1.12.6  done     2026-11-21 12:00 UTC  10m00s',
      '    run 41  v1.12.6  aborted  2026-11-21 12:00 UTC  1m05s',
    ]);
  });

  test('shows who released it last, and who lifted the last freeze', () => {
    const lifted = {
      release: { run: 42, by: 'ada@ops', why: 'k8s-work-2 was\nrepaired!', at: at(950) },
      unfreeze: { by: 'bob@ops', why: 'the fair is over', at: at(960) },
    };
    const shown = text({ lifted }, [line(42)]);
    expect(shown).toContain(
      '  The hold of run 42 was released on 2026-11-21 12:15 UTC by ada@ops: k8s-work-2 was repaired.\n',
    );
    expect(shown).toContain(
      '  The freeze was lifted on 2026-11-21 12:16 UTC by bob@ops: the fair is over.\n',
    );
  });

  test('with an open run shows its target, its phase and what it waits for', () => {
    const going = line(43, {
      outcome: 'open',
      phase: 'paused',
      waitingFor: 'a person: slipway resume',
      endedAt: undefined,
    });
    const shown = text({ open }, [going, line(42)]);
    expect(shown).toContain(
      'prox-ops  run 43 is open; another is refused until it ends, and what is merged waits',
    );
    expect(shown).toContain(
      '● run 43 to Talos v1.12.6, for 5m00s: paused, waits for a person: slipway resume',
    );
    expect(shown).toContain('slipway status prox-ops  #');
    expect(shown).toMatch(/run 43 {2}v1\.12\.6 {2}open/);
  });

  test('with a run that no worker has started says that it waits for one', () => {
    expect(text({ open }, [])).toContain('waits for a worker to begin it');
  });

  test('that is held shows all reasons, and what to type, with addresses', () => {
    const view = of({ hold }, [line(42, { outcome: 'halted' })]);
    expect(view.hold?.advice).toContain(
      'talosctl -n 10.20.67.5 -e 10.20.67.5 dmesg  # why it did not boot what was installed',
    );
    const shown = queueText(view, after(1000));
    expect(shown).toContain('prox-ops  held: no run is taken until somebody releases it');
    expect(shown).toContain(
      '✗ prox-ops is held since 2026-11-21 12:15 UTC by run 42: k8s-work-2 came back on v1.12.1',
    );
    expect(shown).toContain('it went no further, because k8s-work-2 stopped first.');
    expect(shown.match(/slipway release prox-ops/g)).toHaveLength(1);
  });

  test('that is frozen says by whom, and how to lift the freeze', () => {
    const shown = text({ frozen }, []);
    expect(shown).toContain('prox-ops  frozen: no run begins until somebody lifts it');
    expect(shown).toContain(
      'ada@ops froze prox-ops on 2026-11-21 12:00 UTC, so that no run begins: the fair',
    );
    expect(shown).toContain('slipway unfreeze prox-ops --why "…"');
    expect(lineOf({ frozen })).toMatch(/froze/);
  });

  test.each([
    ['a hold', { hold }, 'waits: it begins automatically once the hold is released.'],
    ['an open run', { open }, 'waits: it begins automatically once run 43 has ended and left no hold.'],
    ['a freeze', { frozen }, 'waits: it begins automatically once the freeze is lifted.'],
    [
      'an open run and a freeze',
      { open, frozen },
      'waits: it begins automatically once run 43 has ended and left no hold and the freeze is lifted.',
    ],
    ['a hold and a freeze', { hold, frozen }, 'once the hold is released and the freeze is lifted.'],
    // A rollback starts under the hold of the previous run, and lifts it by ending successfully.
    ['a rollback', { open, hold }, 'waits: it begins automatically once run 43 has ended and left no hold.'],
    ['nothing', {}, 'was merged: it begins as soon as a worker takes it.'],
  ])('shows a merge that waits for %s', (_, memo, says) => {
    const waiting = { target: 'v1.12.7', commit: '4f1c9d2b7a6e5f00112233445566778899aabbcc', since: at(940) };
    const shown = text({ ...memo, waiting }, []);
    expect(shown).toMatch(/^ {2}○ for 1m00s: Talos v1\.12\.7, commit 4f1c9d2b7a6e, was merged/m);
    expect(shown).toContain(says);
    expect(lineOf({ ...memo, waiting })).toContain(says);
  });

  const blockedVersions = [{ talos: 'v1.12.7', run: 42, since: at(900), wentBack: 'k8s-work-2' }];
  const turned =
    'prox-ops turned back from Talos v1.12.7 at k8s-work-2 in run 42, on 2026-11-21 12:15 UTC, so no merge brings that again automatically; ' +
    'slipway upgrade brings it, and forgets that once it has ended well.';

  test('shows a merge that waits for a person: since when, because of which run, and what to type', () => {
    const waiting = { target: 'v1.12.7', since: at(940), blockedVersion: blockedVersions[0] };
    const says = `Talos v1.12.7 was merged and waits for a person: ${turned}`;
    for (const memo of [{}, { hold }, { open }]) {
      const shown = text({ ...memo, waiting, blockedVersions }, []);
      expect(shown).toContain(`  ○ for 1m00s: ${says}`);
      expect(shown.split(turned)).toHaveLength(2);
      expect(lineOf({ ...memo, waiting, blockedVersions })).toMatch(says);
    }
  });

  test('shows the blocked version when no merge waits', () => {
    expect(text({ blockedVersions }, [])).toContain(`  ○ ${turned}`);
    expect(lineOf({ blockedVersions, hold })).toContain(turned);
  });

  test('says that a merge behind a rollback will wait for a person', () => {
    const waiting = { target: 'v1.12.7', since: at(940) };
    expect(lineOf({ open: { ...open, back: true }, waiting })).toContain(
      'Talos v1.12.7 was merged and waits: run 43 takes prox-ops back; once it has, a person begins what waits.',
    );
  });

  test.each([
    ['while a run is open', { open }],
    ['while it is held', { hold }],
    ['while a rollback is open and the hold stands', { open, hold }],
  ])('that is frozen says so also %s', (_, memo) => {
    const shown = lineOf({ ...memo, frozen });
    expect(shown).toContain(
      'ada@ops froze prox-ops on 2026-11-21 12:00 UTC, so that no run begins: the fair.',
    );
    expect(shown.startsWith('prox-ops: run 43 is open, to Talos v1.12.6. ')).toBe('open' in memo);
    expect(shown.includes('prox-ops is held since 2026-11-21 12:15 UTC by run 42: ')).toBe('hold' in memo);
  });

  test('that is frozen makes status say how to lift the freeze, without the command that was just typed', () => {
    const sight = { cluster: 'prox-ops', running: true, memo: { ...none, open } };
    expect(freezeAdvice({ ...sight, memo: { ...sight.memo, frozen } })).toEqual([
      expect.stringMatching(/^slipway unfreeze prox-ops --why "…" /),
    ]);
    expect(freezeAdvice(sight)).toEqual([]);
  });

  test('that is held without a reason still says how to release it', () => {
    expect(text({ hold: { ...hold, reasons: [] } }, [])).toContain('slipway release prox-ops --why "…"');
  });

  test('that was terminated says in queue and status what restarts it, and what it remembers', () => {
    const ended = (memo: object): string => {
      const sight = { cluster: 'prox-ops', running: false, memo: { ...none, ...memo } };
      return queueText(
        queueView(sight, [], () => undefined),
        0,
      );
    };
    expect(ended({})).toContain(lineOf({}, false));
    const waiting = { target: 'v1.12.7', since: at(940) };
    for (const shown of [ended({ frozen, waiting }), lineOf({ frozen, waiting }, false)]) {
      expect(shown).toContain('prox-ops: its queue was ended from outside.');
      expect(shown).toContain('ada@ops froze prox-ops');
      expect(shown).toContain(
        'Talos v1.12.7 was merged and waited in that queue; it begins no more automatically',
      );
    }
    expect(lineOf({ hold }, false)).toContain('prox-ops is held since');
  });
});
