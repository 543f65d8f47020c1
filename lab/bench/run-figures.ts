import { budgets, nodeSeconds } from './budgets.js';
import type { Measured } from './figure.js';
import { flows, type FlowName } from './flows.js';
import type { NodeOverhead, SplitPart } from './node-overhead.js';
import type { MeasuredRun } from './upgrade-run.js';

type WithoutLoad = Omit<Measured, 'load'>;

/** The name of each part of the overhead in the table. */
const parts: Readonly<Record<SplitPart, string>> = {
  roundTrips: 'round trips through Temporal',
  polling: 'between two looks',
  kubectl: "kubectl drain's own pause",
  terraform: 'Terraform, but for its apply',
  looking: 'looking: requests, processes',
};

/** All figures of one run. */
export function runFigures(flow: FlowName, run: MeasuredRun): WithoutLoad[] {
  const { nodes, verdict } = run;
  const title = (what: string): string => `${what}, ${flow}`;
  const overhead = nodes.map((node) => node.overhead / 1_000);
  const isReplaced = nodes.some(({ terraformStarts }) => terraformStarts > 0);
  const plain = (name: string, unit: Measured['unit'], ...values: number[]): WithoutLoad => ({
    name: title(name),
    unit,
    values,
  });
  return [
    { name: title('overhead per node'), unit: 's', values: overhead, budget: flows[flow].overhead },
    ...splitFigures(nodes, title),
    ...(isReplaced ? [] : [inPlaceShare(nodes, title)]),
    ...historyFigures(run, title),
    {
      name: title('no reason shown'),
      unit: 's',
      values: [verdict.figures.reasonNotShown],
      budget: budgets.reasonNotShown,
    },
    ...startFigures(nodes, title),
    plain('processor of started programs per node', 's', run.cpuPerNodeMs / 1_000),
    ...writtenFigures(run, title),
    plain('lab ready', 's', run.labReadyMs / 1_000),
    plain('lab, memory', 'MiB', run.labMiB),
    plain('worker idle, memory', 'MiB', run.workerMiB),
  ];
}

function inPlaceShare(nodes: readonly NodeOverhead[], title: (what: string) => string): WithoutLoad {
  const overhead = sum(nodes.map((node) => node.overhead / 1_000));
  const values = [overhead / (nodes.length * nodeSeconds)];
  return {
    name: title('overhead of all nodes / 120 s each'),
    unit: 'ratio',
    values,
    budget: budgets.overheadShare,
  };
}

function splitFigures(nodes: readonly NodeOverhead[], title: (what: string) => string): WithoutLoad[] {
  const measured = (Object.keys(parts) as SplitPart[]).filter(
    (part) => part !== 'terraform' || nodes.some(({ terraformStarts }) => terraformStarts > 0),
  );
  return measured.map((part) => ({
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

/** A run's result must not grow with its nodes; its history must not exceed the estimate that admitted or rejected it. */
function writtenFigures({ written }: MeasuredRun, title: (what: string) => string): WithoutLoad[] {
  const { events, bytes, resultBytes, estimated } = written;
  const share = (what: string, value: number): WithoutLoad => ({
    name: title(`history of the run, ${what} / estimated`),
    unit: 'ratio',
    values: [value],
    budget: budgets.estimatedShare,
  });
  return [
    {
      name: title('result of the run'),
      unit: 'KiB',
      values: [resultBytes / 1024],
      budget: budgets.resultKiB,
    },
    share('events', events / estimated.events),
    share('size', bytes / estimated.history),
  ];
}

function startFigures(nodes: readonly NodeOverhead[], title: (what: string) => string): WithoutLoad[] {
  return roles.flatMap((role): WithoutLoad[] => {
    const own = nodes.filter((node) => node.role === role);
    return [
      {
        name: title(`talosctl starts per ${role}`),
        unit: 'starts',
        values: own.map(({ starts }) => starts),
        budget: budgets.starts,
      },
      {
        name: title(`looks through the Talos API per ${role}`),
        unit: 'requests',
        values: own.map(({ looks }) => looks),
      },
      ...(own.some(({ terraformStarts }) => terraformStarts > 0)
        ? [
            {
              name: title(`Terraform starts per ${role}`),
              unit: 'starts' as const,
              values: own.map(({ terraformStarts }) => terraformStarts),
            },
          ]
        : []),
    ];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
