import { nodeAddresses } from '../runs/view/node-addresses.js';
import { queueView } from '../runs/view/queue-view.js';
import type { ObservedQueue } from '../runs/temporal/cluster-queue.js';
import type { ObservedCluster } from './cluster-standing.js';
import type { PageSource } from './page-source.js';
import { clusterScreen } from './screens/cluster.js';
import { nodeScreen } from './screens/node.js';
import { overviewScreen } from './screens/overview.js';
import type { Problem } from './screens/problem.js';
import { reportScreen } from './screens/report.js';
import { runScreen } from './screens/run.js';
import type { Frame, Screen } from './screens/screen.js';

/** How many runs the screen of a cluster lists. */
const runsListed = 30;
/** How many runs the overview searches for the last one that ended. */
const runsGlanced = 3;
/** How many clusters' runs are read in parallel. */
const atOnce = 4;

export type Params = Readonly<Record<string, string>>;

/** A screen of the page: its path, and how it is rendered. */
export interface Route {
  readonly path: string;
  /** False: it has no live updates. */
  readonly live: boolean;
  /** @throws NotThere */
  look(source: PageSource, params: Params, frame: Frame): Promise<Screen>;
}

/** There is no such thing to be shown. */
export class NotThere extends Error {
  override readonly name = 'NotThere';

  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

export const routes: readonly Route[] = [
  { path: '/', live: true, look: overview },
  { path: '/clusters/:cluster', live: true, look: cluster },
  {
    path: '/clusters/:cluster/runs/:run',
    live: true,
    look: async (source, params, frame) => runScreen(await runOf(source, params), frame),
  },
  { path: '/clusters/:cluster/runs/:run/nodes/:hop/:node', live: true, look: node },
  {
    path: '/clusters/:cluster/runs/:run/report',
    live: false,
    look: async (source, params, frame) => reportScreen(await runOf(source, params), frame),
  },
];

async function overview(source: PageSource, _: Params, frame: Frame): Promise<Screen> {
  const [queues, workers] = await Promise.all([source.clusters(), source.workers()]);
  const clusters: ObservedCluster[] = [];
  for (let first = 0; first < queues.length; first += atOnce) {
    const some = queues.slice(first, first + atOnce);
    // One group after the other: an overview of many clusters must not send all calls in parallel.
    // oxlint-disable-next-line no-await-in-loop
    clusters.push(...(await Promise.all(some.map((queue) => observeCluster(source, queue, runsGlanced)))));
  }
  return overviewScreen(clusters, workers, frame);
}

async function cluster(source: PageSource, { cluster: name = '' }: Params, frame: Frame): Promise<Screen> {
  const queue = clusterName.test(name) ? await source.cluster(name) : undefined;
  if (!queue) throw notThere(`No cluster is called ${name.slice(0, 60)}`, 'Slipway has had no run of it.');
  const [observed, workers] = await Promise.all([
    observeCluster(source, queue, runsListed),
    source.workers(),
  ]);
  return clusterScreen(observed, workers, frame);
}

async function observeCluster(
  source: PageSource,
  queue: ObservedQueue,
  last: number,
): Promise<ObservedCluster> {
  const { cluster: name, memo } = queue;
  const { open, hold } = memo;
  const [runs, run, held] = await Promise.all([
    source.lastRuns(name, last),
    open ? source.run(name, open.run) : undefined,
    // The run's inventory has the addresses for the advice.
    hold && !open ? source.run(name, hold.run) : undefined,
  ]);
  const address = held ? nodeAddresses(held) : (): undefined => undefined;
  return { queue: queueView(queue, runs, address), run };
}

async function node(source: PageSource, params: Params, frame: Frame): Promise<Screen> {
  const view = await runOf(source, params);
  const found = view.nodes.find(
    ({ name, hop }) => name === params['node'] && String(hop + 1) === params['hop'],
  );
  if (!found || !view.plan)
    throw notThere('No such node', `Run ${view.run} of ${view.cluster} has no such node in that hop.`);
  return nodeScreen(view, view.plan, found, frame);
}

const clusterName = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const runNumber = /^[1-9]\d{0,8}$/;

/** The run that an address names. @throws NotThere */
export async function runOf(source: PageSource, { cluster: name = '', run = '' }: Params) {
  const view =
    clusterName.test(name) && runNumber.test(run) ? await source.run(name, Number(run)) : undefined;
  if (view) return view;
  throw notThere('No such run', 'It never was, or Temporal no longer keeps it: its retention is over.');
}

/** The page for an unknown address. */
export function notThere(title: string, text: string): NotThere {
  return new NotThere({ status: 404, title, text, commands: [], passes: false });
}
