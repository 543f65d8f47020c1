import { budgets, nodeSeconds } from './budgets.js';
import type { Measured } from './figure.js';
import type { FlowName } from './flows.js';
import { largeClusterNodes } from './large-plan.js';
import type { NodeOverhead, SplitPart } from './node-overhead.js';
import type { MeasuredRun } from './upgrade-run.js';

type WithoutLoad = Omit<Measured, 'load'>;

/** What each part of the overhead is called in the table. */
const parts: Readonly<Record<SplitPart, string>> = {
  roundTrips: 'round trips through Temporal',
  polling: 'between two looks',
  kubectl: "kubectl drain's own pause",
  looking: 'looking: processes, requests',
};

/** All that is told of one run. */
export function runFigures(flow: FlowName, run: MeasuredRun): WithoutLoad[] {
  const { nodes, start, verdict } = run;
  const title = (what: string): string => `${what}, ${flow}`;
  const overhead = nodes.map((node) => node.overhead / 1_000);
  const share = sum(overhead) / (nodes.length * nodeSeconds);
  const plain = (name: string, unit: Measured['unit'], ...values: number[]): WithoutLoad => ({
    name: title(name),
    unit,
    values,
  });
  return [
    { name: title('overhead per node'), unit: 's', values: overhead, budget: budgets.overhead },
    ...splitFigures(nodes, title),
    {
      name: title('overhead of all nodes / 120 s each'),
      unit: 'ratio',
      values: [share],
      budget: budgets.overheadShare,
    },
    ...historyFigures(run, title),
    {
      name: title('no reason shown'),
      unit: 's',
      values: [verdict.figures.reasonNotShown],
      budget: budgets.reasonNotShown,
    },
    ...startFigures(nodes, title),
    plain('one talosctl start, alone', 'ms', ...start.wall),
    plain('one talosctl start, processor', 'ms', start.cpu),
    plain('processor of started programs per node', 's', run.cpuPerNodeMs / 1_000),
    {
      name: title('result of a run of 1,000 nodes, reckoned'),
      unit: 'KiB',
      values: [(run.resultBytesPerNode * largeClusterNodes) / 1024],
      budget: budgets.payloadKiB,
    },
    plain('lab ready', 's', run.labReadyMs / 1_000),
    plain('lab, memory', 'MiB', run.labMiB),
    plain('worker idle, memory', 'MiB', run.workerMiB),
  ];
}

function splitFigures(nodes: readonly NodeOverhead[], title: (what: string) => string): WithoutLoad[] {
  return (Object.keys(parts) as SplitPart[]).map((part) => ({
    name: title(`  of it ${parts[part]}`),
    unit: 's',
    values: nodes.map(({ split }) => split[part] / 1_000),
  }));
}

const roles = ['control-plane', 'worker'] as const;

function historyFigures({ histories }: MeasuredRun, title: (what: string) => string): WithoutLoad[] {
  return roles.flatMap((role): WithoutLoad[] => {
    const own = histories.filter((one) => one.role === role);
    const name = (what: string): string => title(`history of a ${role}, ${what}`);
    const events = own.map((one) => one.events);
    const kib = own.map(({ bytes }) => bytes / 1024);
    return [
      { name: name('events'), unit: 'events', values: events, budget: budgets.historyEvents },
      { name: name('size'), unit: 'KiB', values: kib, budget: budgets.historyKiB },
    ];
  });
}

function startFigures(nodes: readonly NodeOverhead[], title: (what: string) => string): WithoutLoad[] {
  return roles.map((role) => ({
    name: title(`talosctl starts per ${role}`),
    unit: 'starts',
    values: nodes.filter((node) => node.role === role).map(({ starts }) => starts),
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
