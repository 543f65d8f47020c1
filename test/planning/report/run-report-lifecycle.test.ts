import { describe, expect, test } from '@jest/globals';
import {
  reportOf,
  runReportMarkdown,
  type RunStory,
  type StoryNode,
} from '../../../src/planning/report/run-report.js';
import type { Hop, PlannedNode, UpgradePlan } from '../../../src/planning/plan/plan.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aNodeResult, aRun } from '../a-run.js';
import { everyReason } from '../reasons/every-reason.js';

const cluster = aCluster();
const plan = planOf(cluster.planInput());
const { inventory } = cluster;

/** The plan with some of its nodes changed. */
function withNodes(change: Readonly<Record<string, Partial<PlannedNode>>>): UpgradePlan {
  const hops = plan.hops.map((hop) => ({
    ...hop,
    nodes: hop.nodes.map((node) => ({ ...node, ...change[node.name] })),
  }));
  return { ...plan, hops };
}

const report = (story: Partial<RunStory>): string => runReportMarkdown({ ...aRun({ plan }), ...story });

describe('how nodes were booted', () => {
  const nodes = [
    aNodeResult('ctrl-1', 60, { rebootMode: 'powercycle' }),
    aNodeResult('ctrl-2', 600, { rebootMode: 'default' }),
    aNodeResult('ctrl-3', 1200, {
      rebootMode: 'default',
      outcome: 'halted',
      state: 'rebooting',
      failedStep: 'await-boot',
    }),
  ];

  test('names nodes that never booted through their firmware, and counts no unobserved boot', () => {
    expect(reportOf({ ...aRun({ plan }), nodes }).boots).toEqual({
      throughFirmware: ['ctrl-1'],
      neverThroughFirmware: ['ctrl-2'],
    });
    expect(report({ nodes })).toContain('- Never through their firmware: ctrl-2. Talos may have started');
  });

  test('falls back to the plan, where a result does not say', () => {
    const bare = [aNodeResult('work-1', 60)];
    const of = (rebootMode: 'default' | 'powercycle') =>
      reportOf({ ...aRun({ plan: withNodes({ 'work-1': { rebootMode } }) }), nodes: bare }).boots;
    expect(of('powercycle').throughFirmware).toEqual(['work-1']);
    expect(of('default').neverThroughFirmware).toEqual(['work-1']);
  });

  test('says nothing of a run in which nothing booted', () => {
    expect(report({ nodes: [], outcome: 'refused' })).not.toContain('How nodes were booted');
  });
});

describe('what a run leaves on nodes', () => {
  const armed = aNodeResult('work-1', 60, {
    outcome: 'halted',
    state: 'armed',
    cordoned: true,
    failedStep: 'reboot',
    reason: everyReason['reboot-unanswered'],
  });
  const story = {
    ...aRun({ plan: withNodes({ 'work-1': { flow: 'lifecycle' } }) }),
    outcome: 'halted' as const,
    nodes: [armed],
  };

  test('is the armed version, the cordon, and the annotations, each in a sentence', () => {
    expect(reportOf(story).toLookAt).toEqual([
      {
        node: 'work-1',
        what: 'armed',
        sentence: 'work-1 has v1.12.6 installed, and boots it with its next reboot, whatever causes it',
      },
      { node: 'work-1', what: 'cordoned', sentence: 'work-1 is still cordoned by this run' },
      {
        node: 'work-1',
        what: 'marks',
        sentence:
          'work-1 carries slipway.dev/run, slipway.dev/cordoned-by, slipway.dev/install, slipway.dev/armed; the next run takes them over',
      },
    ]);
  });

  test('is shown with the command that shows the current state', () => {
    const text = runReportMarkdown(story);
    expect(text).toContain('- work-1 is still cordoned by this run.');
    expect(text).toContain(String.raw`ARMED:.metadata.annotations.slipway\.dev/armed'`);
    expect(text).toContain('whatever causes it, and is still cordoned |');
  });

  test('names what was armed before and not begun, once the run has ended', () => {
    const before = withNodes({ 'work-2': { armed: true } });
    const sentences = (outcome: RunStory['outcome']): string[] =>
      reportOf({ ...aRun({ plan: before }), outcome, nodes: [] }).toLookAt.map((one) => one.sentence);
    expect(sentences('halted')).toEqual([
      expect.stringMatching(/^work-2 had v1\.12\.6 installed before the run/),
    ]);
    expect(sentences('open')).toEqual([]);
  });

  test('is a node without a result, when the run was terminated; while the run is open it is in progress', () => {
    const { endedAt: _, ...running } = { ...aNodeResult('work-1', 60), outcome: 'running' as const };
    const of = (outcome: RunStory['outcome']) =>
      reportOf({ ...aRun({ plan }), outcome, nodes: [running] }).toLookAt;
    expect(of('terminated')).toMatchObject([{ node: 'work-1', what: 'unknown' }]);
    expect(of('open')).toEqual([]);
  });

  test('is nothing of a node that was returned to service, or done', () => {
    const undone = aNodeResult('work-1', 60, { outcome: 'undone', state: 'undone', failedStep: 'drain' });
    expect(reportOf({ ...aRun({ plan }), nodes: [undone, aNodeResult('work-2', 600)] }).toLookAt).toEqual([]);
  });
});

describe('nodes that do not run the target', () => {
  const [hop] = plan.hops as readonly [Hop];
  const twoHops: UpgradePlan = {
    ...plan,
    hops: [
      { to: 'v1.12.4', why: 'a trap', nodes: hop.nodes },
      { to: 'v1.12.6', nodes: hop.nodes.map((node) => ({ ...node, from: 'v1.12.4' })) },
    ],
  };
  const first = (name: string) => aNodeResult(name, 60, { to: 'v1.12.4' });
  const second = (name: string) => aNodeResult(name, 900, { from: 'v1.12.4' });

  test('are nodes that completed one hop only, with their version', () => {
    const nodes = [first('ctrl-1'), first('ctrl-2'), second('ctrl-1')];
    const { leftBehind } = reportOf({ ...aRun({ plan: twoHops }), outcome: 'aborted', nodes });
    expect(leftBehind.slice(0, 3)).toEqual([
      { node: 'ctrl-2', why: 'between-hops', runs: 'v1.12.4' },
      { node: 'ctrl-3', why: 'not-begun', runs: 'v1.12.1' },
      { node: 'work-1', why: 'not-begun', runs: 'v1.12.1' },
    ]);
  });

  test('runs the target of a rollback of a run, where it did not get well on it', () => {
    const back: UpgradePlan = {
      ...plan,
      hops: [{ to: 'v1.12.1', nodes: hop.nodes.map((node) => ({ ...node, from: 'v1.12.6', back: 'run' })) }],
    };
    const halted = { from: 'v1.12.6', to: 'v1.12.1', outcome: 'halted' } as const;
    const left = (state: StoryNode['state']): unknown =>
      reportOf({
        ...aRun({ plan: back }),
        outcome: 'halted',
        nodes: [{ ...aNodeResult('work-1', 60), ...halted, ...(state ? { state } : {}) }],
      }).leftBehind.find(({ node }) => node === 'work-1');
    expect(left('back-on-old')).toEqual({ node: 'work-1', why: 'halted', runs: 'v1.12.1' });
    expect(left('cordoned')).toEqual({ node: 'work-1', why: 'halted', runs: 'v1.12.6' });
    expect(left('rolled-back')).toEqual({ node: 'work-1', why: 'rolled-back', runs: 'v1.12.6' });
  });

  test('is no node while the run is open, and none after one that is done', () => {
    const done = hop.nodes.flatMap(({ name }) => [first(name), second(name)]);
    expect(reportOf({ ...aRun({ plan: twoHops }), nodes: done }).leftBehind).toEqual([]);
    expect(
      reportOf({ ...aRun({ plan: twoHops }), outcome: 'open', nodes: [first('ctrl-1')] }).leftBehind,
    ).toEqual([]);
  });

  test('is whom --only left out, known by the inventory', () => {
    const narrow = {
      ...plan,
      hops: plan.hops.map((one) => ({ ...one, nodes: one.nodes.filter(({ name }) => name === 'work-1') })),
    };
    const story: RunStory = {
      ...aRun({ plan: narrow }),
      nodes: [aNodeResult('work-1', 60)],
      only: ['work-1'],
      inventory,
    };
    expect(reportOf(story).leftBehind.map(({ node, why }) => [node, why])).toEqual(
      inventory.nodes.filter(({ name }) => name !== 'work-1').map(({ name }) => [name, 'left-out']),
    );
    expect(runReportMarkdown(story)).toContain('- Narrowed to work-1 (`--only`).');
  });

  test('gives each node the image of the hop it reached, to write into its machine configuration', () => {
    const nodes = [first('ctrl-1'), second('ctrl-1'), first('ctrl-2')];
    const withImages = {
      ...twoHops,
      hops: twoHops.hops.map((one) => ({
        ...one,
        nodes: one.nodes.map((node) => ({ ...node, image: `factory/${node.role}:${one.to}` })),
      })),
    };
    const { lag } = reportOf({ ...aRun({ plan: withImages }), outcome: 'aborted', nodes });
    expect(lag?.machineConfig).toEqual([
      { image: 'factory/control-plane:v1.12.6', nodes: ['ctrl-1'], role: null },
      { image: 'factory/control-plane:v1.12.4', nodes: ['ctrl-2'], role: null },
    ]);
    expect(lag?.terraform.values).toEqual(['v1.12.6', 'v1.12.4']);
  });
});

describe('references to the previous version', () => {
  const workers = inventory.nodes.filter((node) => node.role === 'worker').map((node) => node.name);
  const nodes = workers.map((name, index) => aNodeResult(name, 60 + index * 500));

  test('is listed for a whole role at once, with the Terraform addresses slipway.yaml names', () => {
    const { worker } = inventory.roles;
    if (!worker) throw new Error('the world has no workers');
    const roles = { ...inventory.roles, worker: { ...worker, terraform: 'module.workers["{node}"]' } };
    const story: RunStory = { ...aRun({ plan }), nodes, inventory: { ...inventory, roles } };
    const { lag } = reportOf(story);
    expect(lag?.machineConfig).toEqual([expect.objectContaining({ nodes: workers, role: 'worker' })]);
    expect(lag?.terraform.addresses).toEqual(workers.map((name) => `module.workers["${name}"]`));
    expect(runReportMarkdown(story)).toContain('`module.workers["work-1"]`');
  });

  test('counts a node that halted on its new version, and none that did not get there', () => {
    const there = aNodeResult('work-1', 60, { outcome: 'halted', state: 'on-target', failedStep: 'soak' });
    const away = aNodeResult('work-2', 60, { outcome: 'halted', state: 'armed', failedStep: 'reboot' });
    const { lag } = reportOf({ ...aRun({ plan }), outcome: 'halted', nodes: [there, away] });
    expect(lag?.machineConfig.flatMap((one) => one.nodes)).toEqual(['work-1']);
  });
});

describe('figures and decisions', () => {
  const at = (minutes: number): string =>
    new Date(Date.parse('2026-11-21T14:00:00Z') + minutes * 60_000).toISOString();
  const story: RunStory = {
    ...aRun({ plan, commit: 'f992c20d1c2b3a4958671234567890abcdef1234' }),
    requestedAt: '2026-11-21T13:59:00.000Z',
    decisions: [
      { kind: 'pause', by: 'ada@bench', why: 'the backup | runs', at: at(5) },
      { kind: 'resume', by: 'bob@bench', why: 'it is through', at: at(15) },
    ],
    work: [
      { name: 'snapshot', startedAt: at(1), endedAt: at(2) },
      { name: 'paused', startedAt: at(5), endedAt: at(15) },
      { name: 'halted', startedAt: at(16), endedAt: at(18) },
    ],
  };

  test('show the duration of a pause and a decision, and leave it out of the comparison', () => {
    const { figures } = reportOf(story);
    expect(figures.waits).toContainEqual({
      waitedFor: 'a person, in a pause',
      inAll: 600_000,
      longest: 600_000,
      node: null,
    });
    expect(figures.waits).toContainEqual({
      waitedFor: 'a person, to decide about a node',
      inAll: 120_000,
      longest: 120_000,
      node: null,
    });
    expect(figures.targets).toMatchObject({
      took: figures.took === null ? 0 : figures.took - 720_000,
      paused: 720_000,
    });
    expect(runReportMarkdown(story)).toContain('12m of waiting for people and windows apart');
  });

  test('name who started it, from which commit, and who paused it and why', () => {
    const text = runReportMarkdown(story);
    expect(text).toContain('git commit `f992c20d1c2b3a4958671234567890abcdef1234`');
    expect(text).toContain(
      '| 2026-11-21 13:59 UTC | ops@example | start | to Talos v1.12.6, as slipway.yaml declares, commit f992c20d1c2b |',
    );
    expect(text).toContain('| 2026-11-21 14:05 UTC | ada@bench | pause | the backup \\| runs |');
    expect(text).toContain('| 2026-11-21 14:15 UTC | bob@bench | go on | it is through |');
  });

  test('stand in a document that holds the plan, and survives being written as JSON', () => {
    const document = reportOf({ ...story, inventory });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document).toMatchObject({
      schema: 1,
      plan: { hash: plan.hash },
      asked: { by: 'ops@example', only: [] },
    });
    expect(document.snapshotsKept).toMatchObject({ directory: inventory.snapshot.directory });
  });
});
