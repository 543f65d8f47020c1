import { createHash } from 'node:crypto';
import { advise } from '../../planning/reasons/advise.js';
import { describe } from '../../planning/reasons/describe.js';
import type { NodeObservation } from '../../planning/node/observation.js';
import type { Reason } from '../../planning/reasons/reason.js';
import { planUpgrade } from '../../planning/plan/upgrade-plan.js';
import { sentence } from '../../planning/text/sentence.js';
import { readQueue } from '../../runs/temporal/cluster-queue.js';
import { upgradeRequest } from '../upgrade-request.js';
import { needed, type Check, type NamedAnswer } from './check.js';
import type { Looks } from './looks.js';

/** Refusals of the plan that mean a difference between slipway.yaml and the cluster; other refusals concern an upgrade. */
const disagreements = new Set<Reason['kind']>(['inventory-disagrees', 'armed-with-other']);

/** The prefix of all annotations that Slipway sets on a Node. */
const markPrefix = 'slipway.dev/';
const queueMs = 8_000;

/** Whether the cluster matches slipway.yaml by the plan's own rules, and whether runs left annotations behind. */
export function inventoryChecks(observed: Looks): Check[] {
  const { inventory } = observed;
  const limitMs = inventory.limits.observe + 60_000;
  return [
    { group: 'inventory', what: 'nodes', limitMs, ask: async () => disagreementAnswers(observed) },
    { group: 'marks', what: 'marks', limitMs, ask: async () => markAnswers(observed) },
  ];
}

async function disagreementAnswers(observed: Looks): Promise<NamedAnswer[]> {
  const { inventory, declared } = observed;
  const observation = await observed.observation();
  const planned = planUpgrade({
    request: await upgradeRequest(declared, {}),
    inventory,
    observation,
    availableVersions: await observed.factory(),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    now: observation.observedAt,
  });
  const reasons = planned.verdict === 'refused' ? planned.reasons : [];
  const found = reasons
    .filter(({ kind }) => disagreements.has(kind))
    .map((reason): NamedAnswer => ({
      what: 'node' in reason ? reason.node : 'nodes',
      verdict: 'fail',
      says: sentence(describe(reason)),
      type: advise(reason, { cluster: inventory.cluster, address: addressOf(observed) }),
    }));
  const unseen = notSeen(observation.nodes);
  if (found.length === 0 && unseen.length === inventory.nodes.length)
    return [
      { what: 'nodes', verdict: 'not-asked', says: 'Neither Talos nor Kubernetes answers for any node.' },
    ];
  const seen = inventory.nodes.length - unseen.length;
  const rest =
    unseen.length === 0
      ? ''
      : ` ${unseen.length} others could not be looked at: ${unseen.slice(0, 3).join(', ')}.`;
  if (found.length > 0) return found;
  return [
    {
      what: 'nodes',
      verdict: unseen.length === 0 ? 'ok' : 'warn',
      says: `${seen} nodes are what slipway.yaml says: name, role, address, schematic.${rest}`,
      ...(unseen.length === 0 ? {} : { type: ['slipway doctor  # the rows above say why'] }),
    },
  ];
}

function notSeen(nodes: readonly NodeObservation[]): string[] {
  return nodes
    .filter(({ talos, kubernetes }) => talos.kind === 'unreachable' || kubernetes.kind === 'unreachable')
    .map(({ name }) => name);
}

async function markAnswers(observed: Looks): Promise<NamedAnswer[]> {
  const { nodes } = await observed.observation();
  const marked = nodes.flatMap(({ name, kubernetes }) => {
    const annotations = kubernetes.kind === 'answered' ? (kubernetes.value?.annotations ?? {}) : {};
    const marks = Object.entries(annotations).filter(([key]) => key.startsWith(markPrefix));
    return marks.length === 0 ? [] : [{ node: name, marks: Object.fromEntries(marks) }];
  });
  if (nodes.every(({ kubernetes }) => kubernetes.kind === 'unreachable'))
    return [{ what: 'marks', verdict: 'not-asked', says: 'Kubernetes does not answer.' }];
  if (marked.length === 0)
    return [{ what: 'marks', verdict: 'ok', says: 'No node carries a mark of a run.' }];
  const open = await openRun(observed);
  return marked.map((one) => markAnswer(one, open, observed.inventory.cluster));
}

/** The open run's number; `none`, or `unknown` where Temporal does not respond. */
type OpenRun = number | 'none' | 'unknown';

async function openRun(observed: Looks): Promise<OpenRun> {
  try {
    const temporal = await needed(observed.temporal(), 'Temporal does not answer');
    const queue = await temporal.within(queueMs, () => readQueue(temporal, observed.inventory.cluster));
    return queue?.memo.open?.run ?? 'none';
  } catch {
    return 'unknown';
  }
}

/** An annotation of the open run is expected; any other is a leftover. */
export function markAnswer(
  { node, marks }: { readonly node: string; readonly marks: Readonly<Record<string, string>> },
  open: OpenRun,
  cluster: string,
): NamedAnswer {
  const run =
    Object.values(marks)
      .find((value) => value.startsWith('run/'))
      ?.split(' ')[0] ?? Object.keys(marks).join(', ');
  const base = { what: node };
  if (typeof open === 'number' && isOf(run, cluster, open))
    return { ...base, verdict: 'ok', says: `${node} carries the mark of run ${open}, which is open.` };
  const reason = { kind: 'left-over-mark', node, run } as const;
  if (open === 'unknown') {
    return {
      ...base,
      verdict: 'warn',
      says: `${node} carries the mark of ${run}, and Temporal does not say whether that run is open.`,
      type: [`slipway status ${cluster}`],
    };
  }
  return { ...base, verdict: 'warn', says: sentence(describe(reason)), type: advise(reason, { cluster }) };
}

/** `run/<cluster>/<n>`, or a child of it. */
function isOf(workflowId: string, cluster: string, run: number): boolean {
  const id = `run/${cluster}/${run}`;
  return workflowId === id || workflowId.startsWith(`${id}/`);
}

function addressOf({ inventory }: Looks): (node: string) => string | undefined {
  return (name) => inventory.nodes.find((node) => node.name === name)?.address;
}
