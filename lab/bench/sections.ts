import os from 'node:os';
import { budgets } from './budgets.js';
import { figureOf, type Figure, type Measured } from './figure.js';
import { flowNames, type FlowName } from './flows.js';
import { measureKills } from './killed-workers.js';
import { largeClusterNodes, measureLargePlan } from './large-plan.js';
import type { NodeOverhead } from './node-overhead.js';
import type { BenchOptions } from './options.js';
import { measureDemo, measureSetUpAgain } from './programs.js';
import { runFigures } from './run-figures.js';
import { suiteParts } from './suite.js';
import { measureRun } from './upgrade-run.js';
import { measureWebhooks } from './webhooks.js';

/** One part of the benchmark; each has its own resources, so that a failure does not affect the others. */
export interface Section {
  readonly name: string;
  readonly measure: (bench: Bench) => Promise<Figure[]>;
}

/** What the sections share. */
export interface Bench {
  /** Address of a Temporal. */
  readonly temporal: string;
  readonly quick: boolean;
  readonly say: (line: string) => void;
  /** Called for each node, for the table of steps. */
  readonly tellNodes: (flow: FlowName, nodes: readonly NodeOverhead[]) => void;
}

/** What is to be measured, in order. */
export function sectionsOf({ flow, quick, demo, suite }: BenchOptions): Section[] {
  if (suite)
    return suiteParts.map(({ name, measure }) => ({
      name,
      measure: async () => [withLoad(await measure())],
    }));
  const chosen = flow ? [flow] : quick ? flowNames.slice(0, 1) : flowNames;
  return [
    { name: 'plan of a large cluster', measure: largePlan },
    ...chosen.map((name): Section => ({
      name: `an upgrade, ${name}`,
      measure: (bench) => upgrade(bench, name),
    })),
    { name: 'killed workers', measure: kills },
    { name: 'webhooks', measure: webhooks },
    ...(demo
      ? [
          { name: 'demo', measure: demoFigures },
          { name: 'set-up', measure: setUp },
        ]
      : []),
  ];
}

async function upgrade(bench: Bench, flow: FlowName): Promise<Figure[]> {
  const run = await measureRun(bench.temporal, flow, bench.say);
  bench.tellNodes(flow, run.nodes);
  return runFigures(flow, run).map(withLoad);
}

async function kills({ temporal, quick, say }: Bench): Promise<Figure[]> {
  const { restart, standby, verdict } = await measureKills(temporal, { quick, say });
  const { reasonNotShown } = verdict.figures;
  return [
    {
      name: 'worker killed → work goes on, started again on the same host',
      values: restart.map(inSeconds),
      budget: budgets.killedSameHost,
    },
    {
      name: 'worker killed → work goes on, another one is up',
      values: standby.map(inSeconds),
      budget: budgets.killedOtherHost,
    },
    {
      name: 'no reason shown, with killed workers',
      values: [reasonNotShown],
      budget: budgets.reasonNotShown,
    },
  ].map((measured) => withLoad({ ...measured, unit: 's' }));
}

async function largePlan({ quick }: Bench): Promise<Figure[]> {
  const { took, bytes, size, fits } = measureLargePlan(quick ? 5 : 20);
  const title = 'plan of 1,000 nodes';
  const measured: Omit<Measured, 'load'>[] = [
    { name: title, unit: 's', values: took.map(inSeconds), budget: budgets.largePlanSeconds },
    { name: `${title}, as one value`, unit: 'KiB', values: [bytes / 1024], budget: budgets.payloadKiB },
    { name: `${title}, for each`, unit: 'B', values: [bytes / largeClusterNodes] },
    {
      name: 'run of 1,000 nodes, events estimated',
      unit: 'events',
      values: [size.events],
      budget: budgets.runEvents,
    },
    {
      name: 'run of 1,000 nodes, history estimated',
      unit: 'MiB',
      values: [size.history / 1024 ** 2],
      budget: budgets.runHistoryMiB,
    },
    { name: 'such nodes that fit into one run', unit: 'nodes', values: [fits] },
  ];
  return measured.map(withLoad);
}

async function webhooks({ quick }: Bench): Promise<Figure[]> {
  const { acknowledged, queued, begun, perSecond, perSecondWithoutTemporal } = await measureWebhooks({
    quick,
  });
  return [
    {
      name: 'webhook → acknowledged',
      unit: 'ms' as const,
      values: acknowledged,
      budget: budgets.acknowledgedMs,
    },
    {
      name: 'webhook of a merge → its run is there',
      unit: 's' as const,
      values: queued.map(inSeconds),
      budget: budgets.queuedSeconds,
    },
    { name: 'webhook of a merge → first step of its run', unit: 's' as const, values: begun.map(inSeconds) },
    { name: 'webhooks in a second', unit: 'requests' as const, values: [perSecond] },
    {
      name: 'webhooks in a second, with no Temporal: 503',
      unit: 'requests' as const,
      values: [perSecondWithoutTemporal],
    },
  ].map(withLoad);
}

async function demoFigures(): Promise<Figure[]> {
  const values = [await measureDemo()];
  const demo = withLoad({ name: 'demo, warm', unit: 's', values, budget: budgets.demoSeconds });
  const replacement = {
    name: 'demo of a replacement, warm',
    unit: 's',
    values: [await measureDemo('--strategy', 'replace')],
    budget: budgets.replacementDemoSeconds,
  } as const;
  return [demo, withLoad(replacement)];
}

async function setUp({ quick }: Bench): Promise<Figure[]> {
  const values = await measureSetUpAgain(quick ? 1 : 5);
  return [withLoad({ name: 'set-up again', unit: 's', values, budget: budgets.setUpAgainSeconds })];
}

function withLoad(measured: Omit<Measured, 'load'>): Figure {
  return figureOf({ ...measured, load: os.loadavg()[0] ?? 0 });
}

function inSeconds(milliseconds: number): number {
  return milliseconds / 1_000;
}
