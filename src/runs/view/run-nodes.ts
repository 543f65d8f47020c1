import type { NodeView, RunView } from './run-view.js';

/** The current hop: the first that is not finished, or the last. */
export function hopUnderWay({ nodes }: Pick<RunView, 'nodes'>): number {
  const unfinished = nodes.find((node) => node.state !== 'done' && node.state !== 'skipped');
  return (unfinished ?? nodes.at(-1))?.hop ?? 0;
}

/** The nodes of one hop, in their order. */
export function nodesOfHop({ nodes }: Pick<RunView, 'nodes'>, hop: number): NodeView[] {
  return nodes.filter((node) => node.hop === hop);
}

/** Nodes that the run will still start, hop after hop. */
export function nodesAhead({ nodes }: Pick<RunView, 'nodes'>): NodeView[] {
  return nodes.filter((node) => node.state === 'waiting');
}

/** The next batch of nodes. */
export function nextBatch(view: Pick<RunView, 'nodes'>): NodeView[] {
  const ahead = nodesAhead(view);
  const [first] = ahead;
  return first ? ahead.filter((node) => node.hop === first.hop && node.batch === first.batch) : [];
}

export function runningNodes({ nodes }: Pick<RunView, 'nodes'>): NodeView[] {
  return nodes.filter((node) => node.state === 'running');
}

/** Nodes that the plan touches, each once, and those that have finished all their hops. */
export function countNodes({ nodes }: Pick<RunView, 'nodes'>): {
  readonly touched: number;
  readonly done: number;
} {
  const touched = nodes.filter((node) => !node.plan.skip);
  const names = new Set(touched.map((node) => node.name));
  const unfinished = new Set(touched.filter((node) => node.state !== 'done').map((node) => node.name));
  return { touched: names.size, done: names.size - unfinished.size };
}

/** The versions that nodes ran before the run, each once. */
export function versionsBefore({ nodes }: Pick<RunView, 'nodes'>): string[] {
  const first = new Map<string, string>();
  for (const node of nodes) if (!node.plan.skip && !first.has(node.name)) first.set(node.name, node.from);
  return [...new Set(first.values())].toSorted();
}
