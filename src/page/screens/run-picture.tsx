import type { VNode } from 'preact';
import type { UpgradePlan } from '../../planning/plan/plan.js';
import { count } from '../../planning/text/phrases.js';
import { nodesOfHop, hopUnderWay } from '../../runs/view/run-nodes.js';
import { doneText } from '../../runs/view/run-words.js';
import type { NodeView, RunView } from '../../runs/view/run-view.js';
import { NodeRow } from './node-row.js';
import type { Frame } from './screen.js';

/** The whole run in one line: a sign for each node of the current hop, in order. */
export function ProgressBar({ view }: { readonly view: RunView }): VNode | null {
  const nodes = nodesOfHop(view, hopUnderWay(view)).filter((node) => !node.plan.skip);
  if (nodes.length === 0) return null;
  return (
    <svg
      class="progress"
      role="img"
      aria-label={doneText(view)}
      viewBox={`0 0 ${nodes.length * unit} 10`}
      preserveAspectRatio="none"
    >
      {nodes.map(({ name, state }, index) => {
        const ahead = state === 'waiting';
        return (
          <rect
            key={name}
            class={`mark ${state}`}
            x={index * unit}
            width={unit - gap}
            y={ahead ? 4 : 0}
            height={ahead ? 2 : 10}
          >
            <title>{`${name}: ${stateWord[state]}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

const unit = 100;
const gap = 4;

export const stateWord: Readonly<Record<NodeView['state'], string>> = {
  waiting: 'waits for its turn',
  running: 'under work',
  done: 'done',
  skipped: 'left out',
  undone: 'undone',
  halted: 'halted',
};

/** Every node with its steps, hop after hop. */
export function RunPicture({ view, frame }: { readonly view: RunView; readonly frame: Frame }): VNode | null {
  const { plan } = view;
  if (!plan) return null;
  const now = hopUnderWay(view);
  return (
    <section class="picture" aria-labelledby="nodes">
      <h2 id="nodes">Nodes</h2>
      <p class="muted">
        {doneText(view)}
        {plan.hops.length > 1 ? `, in ${plan.hops.length} hops` : ''}
      </p>
      {plan.hops.map(({ to, why }, hop) => {
        const nodes = nodesOfHop(view, hop);
        const rows = <Roles view={view} plan={plan} nodes={nodes} frame={frame} />;
        if (plan.hops.length === 1) return rows;
        const done = nodes.filter(({ state }) => state === 'done' || state === 'skipped').length;
        return (
          <details key={to} id={`hop-${hop + 1}`} class="hop" open={hop === now}>
            <summary>
              Hop {hop + 1} of {plan.hops.length}, to {to}{' '}
              <span class="muted">
                {done} of {nodes.length} nodes{why === undefined ? '' : `: ${why}`}
              </span>
            </summary>
            {rows}
          </details>
        );
      })}
    </section>
  );
}

const roles = [
  { role: 'control-plane', words: 'Control planes', how: 'one at a time, whoever leads etcd last' },
  { role: 'worker', words: 'Workers', how: 'the canary first' },
] as const;

interface Part {
  readonly view: RunView;
  readonly plan: UpgradePlan;
  readonly nodes: readonly NodeView[];
  readonly frame: Frame;
}

function Roles({ view, plan, nodes, frame }: Part): VNode {
  return (
    <>
      {roles.map(({ role, words, how }) => {
        const own = nodes.filter((node) => node.role === role);
        if (own.length === 0) return null;
        const batch = plan.batch;
        const together = role === 'worker' && batch > 1 ? `, then up to ${batch} together` : '';
        return (
          <div key={role} class="role">
            <h3>
              {words} <span class="muted">{own.length > 1 ? `${how}${together}` : ''}</span>
            </h3>
            <ol class="nodes">
              {rowsOf(own).map((row) =>
                Array.isArray(row) ? (
                  <FarAway key={row[0]?.name} nodes={row} view={view} frame={frame} />
                ) : (
                  <NodeRow
                    key={row.name}
                    node={row}
                    joined={placeInBatch(own, row)}
                    view={view}
                    plan={plan}
                    frame={frame}
                  />
                ),
              )}
            </ol>
          </div>
        );
      })}
    </>
  );
}

/** The CSS classes for a node's place in its batch; empty: the batch has one node. */
function placeInBatch(nodes: readonly NodeView[], { batch, name, plan }: NodeView): string {
  const together = nodes.filter((one) => one.batch === batch && !one.plan.skip);
  if (plan.skip || together.length < 2) return '';
  const first = together[0]?.name === name ? ' first' : '';
  return ` joined${first}${together.at(-1)?.name === name ? ' last' : ''}`;
}

/** With more nodes of one role than this, not all are drawn with their steps. */
const manyNodes = 60;
/** How many neighbours before and after an active node are drawn with their steps. */
const around = 3;

/** Nodes with their own rows, and groups of nodes far from the active ones. */
function rowsOf(nodes: readonly NodeView[]): (NodeView | NodeView[])[] {
  if (nodes.length <= manyNodes) return [...nodes];
  const next = nodes.findIndex(({ state }) => state === 'waiting');
  const busy = nodes.map(
    ({ state }, index) => index === next || state === 'running' || state === 'halted' || state === 'undone',
  );
  const rows: (NodeView | NodeView[])[] = [];
  for (const [index, node] of nodes.entries()) {
    const last = rows.at(-1);
    if (busy.slice(Math.max(0, index - around), index + around + 1).includes(true)) rows.push(node);
    else if (Array.isArray(last)) last.push(node);
    else rows.push([node]);
  }
  return rows;
}

/** A group of nodes: their names and states. */
function FarAway({
  nodes,
  view,
  frame,
}: {
  readonly nodes: readonly NodeView[];
  readonly view: RunView;
  readonly frame: Frame;
}): VNode {
  const states = [...new Set(nodes.map(({ state }) => state))];
  // The id must be stable. A finished group grows at its end, so its first node names it; a waiting group shrinks at its start, so its
  // last node does.
  const known = states[0] === 'waiting' ? nodes.at(-1) : nodes[0];
  const words = states.map((state) => {
    const some = nodes.filter((node) => node.state === state).length;
    return `${count(some, 'node')}: ${stateWord[state]}`;
  });
  return (
    <li class="far">
      <details id={`far-${known?.hop}-${known?.name}`}>
        <summary>{words.join(', ')}</summary>
        <p class="names">
          {nodes.map(({ name, hop }) => (
            <a key={name} href={frame.at.node(view, hop, name)}>
              {name}
            </a>
          ))}
        </p>
      </details>
    </li>
  );
}
