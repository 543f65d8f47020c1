import { describe as group, expect, test } from '@jest/globals';
import { clusterStanding, inOrderOfNeed, type ClusterStanding } from '../../src/page/cluster-standing.js';
import { runEvents } from '../../src/page/run-events.js';
import { runStanding, type Standing } from '../../src/page/run-standing.js';
import type { RunView } from '../../src/runs/view/run-view.js';
import { queueView } from '../../src/runs/view/queue-view.js';
import { aRunView, after, at } from '../runs/view/a-run-view.js';
import { askingRun, aScene, budgetWait, drainingRun, haltedRun, recordedRun } from './scenes.js';

const clock = { now: after(1_200), timeZone: 'UTC' };
const of = (view: RunView): Standing => runStanding(view, clock);
const pausing = { by: 'ada', why: 'lunch', at: at(820), limit: 86_400_000 };

group('a run that waits for its maintenance window', () => {
  test('says when the next one opens, and how to start anyway; nobody needs to act', () => {
    const windows = [{ since: at(900), until: at(90_000), endedAt: undefined }];
    const standing = of(drainingRun({ nodes: [], windows }));
    expect(standing).toMatchObject({
      tone: 'rests',
      title: 'Waits for a maintenance window',
      since: at(900),
    });
    expect(standing.points[0]?.text).toContain('No maintenance window is open');
    expect(standing.points[0]?.commands).toEqual([expect.stringMatching(/^slipway start-now prox-ops\/42 /)]);
  });

  test('and has a requested pause says both', () => {
    const windows = [{ since: at(900), until: at(90_000), endedAt: undefined }];
    const standing = of(drainingRun({ nodes: [], windows, pause: { ...pausing, waiting: undefined } }));
    expect(standing.title).toBe('Waits for a maintenance window');
    expect(standing.points).toMatchObject([
      { tone: 'rests' },
      { tone: 'asks', about: 'pause', commands: [expect.stringMatching(/^slipway resume prox-ops\/42 /)] },
    ]);
  });

  test('has the wait among its events, and who started it anyway', () => {
    const windows = [{ since: at(900), until: at(90_000), endedAt: at(950) }];
    const decisions = [{ kind: 'start-now', by: 'ada', why: 'it is urgent', at: at(950) }] as const;
    expect(runEvents(aRunView({ windows, decisions })).slice(0, 2)).toMatchObject([
      { at: at(950), tone: 'works' },
      { at: at(900), tone: 'rests', text: 'No maintenance window is open: waits for the next one.' },
    ]);
  });
});

group('a run that waits for a person', () => {
  test('to decide about a node says why it stopped, then what can be typed, and until when', () => {
    const standing = of(haltedRun());
    expect(standing).toMatchObject({
      tone: 'asks',
      title: 'Halted: decide about k8s-work-2',
      since: at(1_100),
      until: at(1_100 + 86_400),
    });
    const [why, what] = standing.points;
    expect(why).toMatchObject({ tone: 'fault', about: 'k8s-work-2', step: 'await-boot' });
    expect(why?.text).toMatch(/^k8s-work-2 came back on v1\.12\.1 .* It is still cordoned\.$/);
    expect(what?.commands.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'talosctl -n',
      'kubectl uncordon',
      'slipway retry',
      'slipway rollback',
      'slipway skip',
      'slipway abort',
    ]);
  });

  test('to approve its plan names the plan and why it needs approval', () => {
    const standing = of(askingRun());
    expect(standing).toMatchObject({ tone: 'asks', title: 'Waits for approval of its plan' });
    expect(standing.points[0]?.text).toContain('approve plan 3f2a8c91d0aa: v1.12.1 to v2.0.0 is a major');
    expect(standing.points[0]?.commands[0]).toMatch(/^slipway approve prox-ops\/42 --plan 3f2a8c91d0aa /);
  });

  test('to resume says who paused it, and what to type', () => {
    const waiting = { since: at(900), until: at(90_000), endedAt: undefined };
    const standing = of(drainingRun({ nodes: [], pause: { ...pausing, waiting } }));
    expect(standing).toMatchObject({ tone: 'asks', title: 'Paused', until: at(90_000) });
    expect(standing.points[0]?.text).toContain('by ada: lunch');
    expect(standing.points[0]?.commands).toEqual([expect.stringMatching(/^slipway resume prox-ops\/42 /)]);
  });
});

group('a run in progress', () => {
  test('says what each running node waits for, since when, and until when', () => {
    const standing = of(drainingRun());
    expect(standing).toMatchObject({ tone: 'works', title: 'Upgrades k8s-work-2' });
    expect(standing.until).toBeUndefined();
    expect(standing.points).toMatchObject([{ about: 'k8s-work-2', step: 'drain', since: at(853) }]);
    expect(standing.points[0]?.text).toContain(`${budgetWait}. Until 12:19:13.`);
  });

  test('with a requested pause finishes its nodes first', () => {
    const standing = of(drainingRun({ pause: { ...pausing, waiting: undefined } }));
    expect(standing.title).toBe('Pauses after what is under way');
    expect(standing.points[0]?.text).toContain('k8s-work-2 is finished first');
  });

  test('that is being aborted says by whom, and what happens to the running node', () => {
    const standing = of(drainingRun({ abort: { by: 'ada', why: 'wrong week', at: at(1_000) } }));
    expect(standing.title).toBe('Aborting');
    expect(standing.points[0]?.text).toMatch(/^Abort asked for by ada: wrong week\. The node under way /);
  });

  test('without a worker makes no progress, and says what to start', () => {
    const { workers } = aRunView();
    const standing = of(drainingRun({ workers: workers && { ...workers, answering: false } }));
    expect(standing).toMatchObject({ tone: 'fault', title: 'Stands still' });
    expect(standing.points[0]?.text).toMatch(/No worker answers .* Start one: node dist/);
  });

  test('between nodes says what it does', () => {
    const view = aRunView({
      work: [
        {
          name: 'snapshot',
          does: 'takes an etcd snapshot',
          since: at(1),
          endedAt: undefined,
          pending: undefined,
        },
      ],
    });
    expect(of(view)).toMatchObject({
      title: 'Takes an etcd snapshot',
      points: [{ about: 'snapshot', text: 'takes an etcd snapshot.' }],
    });
    expect(of(aRunView()).title).toBe('Decides what comes next');
  });
});

group('a run that ended', () => {
  test('successfully has no commands', () => {
    const standing = of(recordedRun('run-done-0.1.0'));
    expect(standing).toEqual({ tone: 'well', title: 'Done', points: [] });
  });

  test('halted says which node, why, and what to type', () => {
    const standing = of(recordedRun('run-halted-0.1.0'));
    expect(standing).toMatchObject({ tone: 'fault', title: 'Halted' });
    expect(standing.points.flatMap(({ commands }) => commands)).toContainEqual(
      expect.stringMatching(/^slipway release prox-ops /),
    );
    expect(standing.points.map(({ text }) => text).join(' ')).toMatch(/came back on v1\.12\.1/);
  });

  test('has its events in order, the newest first', () => {
    const run = recordedRun('run-done-0.1.0');
    const events = runEvents(run);
    expect(events.map(({ at: time }) => time)).toEqual(
      events.map(({ at: time }) => time).toSorted((one, next) => (one < next ? 1 : -1)),
    );
    expect(events[0]?.text).toBe('Run 1 done.');
    expect(events.at(-1)?.text).toBe(`Talos ${run.target}, asked for by ${run.requestedBy}.`);
    expect(events.filter(({ text }) => / done after /.test(text))).toHaveLength(6);
    // The start of a node is an event only while the node is running.
    expect(events.filter(({ text }) => / begun: /.test(text))).toEqual([]);
    expect(runEvents(drainingRun())[0]?.text).toBe('k8s-work-2 begun: v1.12.1 → v1.12.6.');
  });
});

group('clusters', () => {
  const sightOf = (view: RunView, open = true) => {
    const scene = aScene(view);
    const [queue] = scene.queues;
    if (!queue) throw new Error('a scene has a queue');
    const sight = {
      queue: queueView(queue, scene.lines.get(view.cluster) ?? [], () => '10.20.67.5'),
      run: open ? view : undefined,
    };
    return { sight, standing: clusterStanding(sight, clock) };
  };

  test('that wait for a person come first, idle ones last', () => {
    const sights = [
      sightOf(recordedRun('run-done-0.1.0', { cluster: 'a-rests' }), false),
      sightOf(drainingRun({ cluster: 'b-works' })),
      sightOf(askingRun({ cluster: 'd-asks' })),
      sightOf(haltedRun({ cluster: 'c-asks' })),
    ];
    expect(inOrderOfNeed(sights).map(({ sight }) => sight.queue.cluster)).toEqual([
      'c-asks',
      'd-asks',
      'b-works',
      'a-rests',
    ]);
  });

  test('that are held say by which run, why, and how to release the hold', () => {
    const { standing } = sightOf(recordedRun('run-halted-0.1.0'), false);
    expect(standing).toMatchObject({ tone: 'asks', title: 'Held by run 1' });
    expect(standing.points[0]?.text).toMatch(/^prox-ops is held since .* by run 1: /);
    expect(standing.points[0]?.commands).toContainEqual(expect.stringMatching(/^talosctl -n 10\.20\.67\.5 /));
  });

  const frozen = { by: 'ada', why: 'the <b>fair</b>', since: at(10) };
  const waiting = { target: 'v1.12.7', since: at(20), commit: 'c0ffee'.repeat(6) };
  /** A cluster after or during its last run, with additional queue state. */
  const standsWith = (view: RunView, memo: object, running = true): ClusterStanding => {
    const scene = aScene(view);
    const [queue] = scene.queues;
    if (!queue) throw new Error('a scene has a queue');
    const sight = { ...queue, running, memo: { ...queue.memo, ...memo } };
    const run = sight.memo.open ? view : undefined;
    return clusterStanding({ queue: queueView(sight, [], () => undefined), run }, clock);
  };
  const done = recordedRun('run-done-0.1.0');
  const unfreeze = expect.stringMatching(/^slipway unfreeze prox-ops /);

  test('that are frozen say who froze them, why, and how to lift it; and which merge waits', () => {
    const standing = standsWith(done, { frozen, waiting });
    expect(standing).toMatchObject({
      tone: 'rests',
      title: 'Frozen: no run begins until somebody lifts it',
      since: at(10),
    });
    expect(standing.points[0]?.text).toContain('ada');
    expect(standing.points[0]?.commands).toContainEqual(unfreeze);
    expect(standing.beside).toMatchObject([
      {
        about: 'merged',
        since: at(20),
        text: 'Talos v1.12.7, commit c0ffeec0ffee, was merged and waits: it begins automatically once the freeze is lifted.',
      },
    ]);
  });

  test('that are free show a merge that waits for a person, and the blocked version', () => {
    const blockedVersion = { talos: 'v1.12.7', run: 42, since: at(15) };
    const memo = { blockedVersions: [blockedVersion] };
    expect(standsWith(done, { ...memo, waiting: { ...waiting, blockedVersion } })).toMatchObject({
      tone: 'asks',
      title: 'Free: what was merged waits for a person',
      points: [{ about: 'merged', commands: [expect.stringMatching(/^slipway upgrade {2}# /)] }],
      beside: [],
    });
    expect(standsWith(done, memo)).toMatchObject({ tone: 'rests', beside: [{ about: 'blocked version' }] });
  });

  test('that are frozen while a run is open say both, and which merge waits for both', () => {
    const standing = standsWith(drainingRun(), { frozen, waiting });
    expect(standing).toMatchObject({ tone: 'works', title: 'Upgrades k8s-work-2' });
    expect(standing.beside).toMatchObject([
      // The page shows what `slipway status` would show.
      {
        about: 'frozen',
        since: at(10),
        text: expect.stringMatching(/^ada froze prox-ops /),
        commands: [unfreeze],
      },
      { about: 'merged', text: expect.stringMatching(/run 42 has ended .* and the freeze is lifted\.$/) },
    ]);
  });

  test('that are frozen and held say both, and how to end each', () => {
    const standing = standsWith(recordedRun('run-halted-0.1.0'), { frozen, waiting });
    expect(standing).toMatchObject({ tone: 'asks', title: 'Held by run 1' });
    expect(standing.points[0]?.text).toMatch(/No run begins until somebody releases it\.$/);
    expect(standing.beside).toMatchObject([{ about: 'frozen' }, { about: 'merged' }]);
    expect(standing.beside[0]?.commands).toContainEqual(unfreeze);
    expect(standing.beside[1]?.text).toMatch(/the hold is released and the freeze is lifted\.$/);
  });

  test('with a rollback under way show the hold that it may lift', () => {
    const hold = { run: 41, since: at(5), outcome: 'halted', reasons: [] } as const;
    const standing = standsWith(drainingRun(), { hold });
    expect(standing.title).toBe('Upgrades k8s-work-2');
    expect(standing.beside).toMatchObject([{ about: 'hold', since: at(5), commands: [] }]);
    expect(standing.beside[0]?.text).toMatch(
      /^prox-ops is held since .* by run 41: .* It is lifted if run 42 ends and leaves no hold of its own\.$/,
    );
  });

  test('whose queue was terminated say so, with all that it remembers, and the status of the open run', () => {
    const ended = /its queue was ended from outside/;
    expect(standsWith(done, { frozen, waiting }, false)).toMatchObject({
      tone: 'fault',
      title: 'Its queue was ended from outside',
      points: [{ text: expect.stringMatching(ended) }],
      beside: [
        { about: 'frozen' },
        { about: 'merged', text: expect.stringMatching(/begins no more automatically/) },
      ],
    });
    const held = standsWith(recordedRun('run-halted-0.1.0'), {}, false);
    expect(held).toMatchObject({ tone: 'fault', beside: [{ about: 'hold' }] });
    expect(held.beside[0]?.commands).toContainEqual(expect.stringMatching(/^slipway release prox-ops /));
    // The run continues without the queue.
    expect(standsWith(drainingRun(), {}, false)).toMatchObject({
      title: 'Upgrades k8s-work-2',
      beside: [{ tone: 'fault', about: 'queue', text: expect.stringMatching(ended) }],
    });
  });

  test('that are about to start a merge name it', () => {
    expect(standsWith(done, { waiting })).toMatchObject({
      tone: 'works',
      title: 'Begins what was merged',
      beside: [
        { about: 'merged', text: expect.stringMatching(/Talos v1\.12\.7, commit c0ffeec0ffee, was merged/) },
      ],
    });
  });

  test('that are free say so', () => {
    expect(sightOf(recordedRun('run-done-0.1.0'), false).standing.title).toBe('Free: takes the next run');
  });
});
