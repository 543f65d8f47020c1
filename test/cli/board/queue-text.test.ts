import { describe as group, expect, test } from '@jest/globals';
import { queueText } from '../../../src/cli/board/queue-text.js';
import { queueLine, queueView } from '../../../src/runs/view/queue-view.js';
import type { RunLine } from '../../../src/runs/temporal/list-runs.js';
import type { Hold } from '../../../src/planning/run-result.js';
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
const none = { hold: null, open: null, lastRun: 42 };
const of = (memo: object, runs: readonly RunLine[]) =>
  queueView({ cluster: 'prox-ops', running: true, memo: { ...none, ...memo } }, runs, () => '10.20.67.5');
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

  test('with an open run tells its target, its phase and what it waits for', () => {
    const open = { run: 43, target, since: at(700) };
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

  test('with a run that no worker has begun says that it waits for one', () => {
    expect(text({ open: { run: 43, target, since: at(700) } }, [])).toContain(
      'waits for a worker to begin it',
    );
  });

  test('that is held says why, all of it, and what to type, with addresses', () => {
    const view = of({ hold }, [line(42, { outcome: 'halted' })]);
    expect(view.hold?.advice).toContain(
      'talosctl -n 10.20.67.5 -e 10.20.67.5 dmesg  # why it did not boot the new version',
    );
    const shown = queueText(view, after(1000));
    expect(shown).toContain('prox-ops  held: no run is taken until somebody releases it');
    expect(shown).toContain(
      '✗ prox-ops is held since 2026-11-21 12:15 UTC by run 42: k8s-work-2 came back on v1.12.1',
    );
    expect(shown).toContain('it went no further, because k8s-work-2 stopped first.');
    expect(shown.match(/slipway release prox-ops/g)).toHaveLength(1);
  });

  test('that is frozen says by whom, and how that is lifted', () => {
    const frozen = { by: 'ada@ops', why: 'the fair', since: at(0) };
    const shown = text({ frozen }, []);
    expect(shown).toContain('prox-ops  frozen: no run begins until somebody lifts it');
    expect(shown).toContain(
      'ada@ops froze prox-ops on 2026-11-21 12:00 UTC, so that no run begins: the fair',
    );
    expect(shown).toContain('slipway unfreeze prox-ops --why "…"');
    expect(queueLine({ cluster: 'prox-ops', running: true, memo: { ...none, frozen } })).toMatch(/froze/);
  });

  test('tells what was merged and waits, whatever it waits for', () => {
    const waiting = { target: 'v1.12.7', commit: '4f1c9d2b7a6e5f00112233445566778899aabbcc', since: at(940) };
    const says = '○ Talos v1.12.7, commit 4f1c9d2b7a6e, merged, for 1m00s: begins by itself once it may';
    for (const memo of [{ hold }, { open: { run: 43, target, since: at(700) } }])
      expect(text({ ...memo, waiting }, [])).toContain(says);
    expect(queueLine({ cluster: 'prox-ops', running: true, memo: { ...none, hold, waiting } })).toContain(
      'Talos v1.12.7 was merged and waits.',
    );
  });

  test('held without a reason still says how it is lifted', () => {
    expect(text({ hold: { ...hold, reasons: [] } }, [])).toContain('slipway release prox-ops --why "…"');
  });

  test('that somebody ended says what starts it again, here as in status', () => {
    const ended = { cluster: 'prox-ops', running: false, memo: none };
    expect(
      queueText(
        queueView(ended, [], () => undefined),
        0,
      ),
    ).toContain(queueLine(ended));
  });
});
