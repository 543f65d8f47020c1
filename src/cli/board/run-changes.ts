import { advise, describe } from '../../planning/describe.js';
import { outcomeWords, progressText, versionsText } from './board-text.js';
import type { NodeView, RunView, Work } from './run-view.js';
import { clockText, durationText, roughText } from './time-text.js';
import { sentence, troubles, workText, type Clock } from './work-text.js';

/** One thing that happened in a run: a line of `slipway watch` when it is piped, an object with `--json`. */
export interface RunChange {
  /** ISO time at which it happened, as the record has it; at which it was seen, for waits and troubles. */
  readonly time: string;
  readonly kind:
    | 'run-started'
    | 'planned'
    | 'work'
    | 'node-started'
    | 'step'
    | 'waiting'
    | 'node-ended'
    | 'abort'
    | 'trouble'
    | 'recovered'
    | 'run-ended';
  readonly node?: string;
  /** One line for people. */
  readonly text: string;
}

/** What happened between two looks at a run, in order. Without a look before, all of it. */
export function runChanges(before: RunView | undefined, view: RunView, clock: Clock): RunChange[] {
  const recorded = [
    ...startChanges(before, view),
    ...workChanges(before, view),
    ...view.nodes.flatMap((node) => nodeChanges(nodeBefore(before, node), node, view, clock)),
  ].toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time));
  return [...recorded, ...abortChange(before, view), ...troubleChanges(before, view, clock), ...endChange(before, view)];
}

/** `14:03:12 k8s-ctrl-2 drain`. */
export function changeLine(change: RunChange, clock: Clock): string {
  return `${clockText(change.time, clock.now, clock.timeZone)} ${change.text}`;
}

function startChanges(before: RunView | undefined, view: RunView): RunChange[] {
  const changes: RunChange[] = [];
  if (!before) {
    const text = `run ${view.run} of ${view.cluster}: Talos ${view.target}, asked for by ${view.requestedBy}`;
    const undeclared = view.declared ? '' : ` (git does not declare ${view.target})`;
    changes.push({ time: view.startedAt, kind: 'run-started', text: text + undeclared });
  }
  if (view.plan && !before?.plan) {
    const { plan } = view;
    const count = view.nodes.filter((node) => !node.plan.skip).length;
    const how = `${plan.strategy.replace('-', ' ')} (${plan.strategyReason})`;
    const time = view.work.find((work) => work.name === 'plan')?.endedAt ?? view.startedAt;
    const nodes = count === 1 ? '1 node' : `${count} nodes`;
    changes.push({ time, kind: 'planned', text: `planned: ${versionsText(view)}, ${nodes}, ${how}, about ${roughText(plan.estimate)}` });
  }
  return changes;
}

function workChanges(before: RunView | undefined, view: RunView): RunChange[] {
  return view.work
    .slice(before?.work.length ?? 0)
    .map((work) => ({ time: work.since, kind: 'work', text: `${work.name}: ${work.does}` }) as const);
}

function nodeBefore(before: RunView | undefined, node: NodeView): NodeView | undefined {
  return before?.nodes.find((one) => one.name === node.name && one.hop === node.hop);
}

function nodeChanges(before: NodeView | undefined, node: NodeView, view: RunView, clock: Clock): RunChange[] {
  const changes: RunChange[] = [];
  const add = (time: string, kind: RunChange['kind'], text: string): void => {
    changes.push({ time, kind, node: node.name, text: `${node.name} ${text}` });
  };
  const fresh = before?.attempt !== node.attempt;
  if (node.startedAt && fresh) add(node.startedAt, 'node-started', `starts: ${node.from} → ${node.to}`);
  for (const step of node.steps.slice(fresh ? 0 : before.steps.length)) {
    add(step.startedAt, 'step', `${step.undo ? 'undo: ' : ''}${step.step}`);
  }
  for (const work of node.work) {
    const said = before?.work.find((one) => one.name === work.name && one.since === work.since);
    if (waitKey(work) !== (said ? waitKey(said) : noWait)) {
      add(new Date(clock.now).toISOString(), 'waiting', `${work.name}: ${workText(work, view, clock)}`);
    }
  }
  if (node.endedAt && before?.endedAt !== node.endedAt) {
    const took = durationText(Date.parse(node.endedAt) - Date.parse(node.startedAt ?? node.endedAt));
    const why = node.reason ? `: ${sentence(describe(node.reason))}` : '';
    const left = node.leftAs && node.state !== 'done' ? ` Left as: ${node.leftAs}.` : '';
    const place = node.state === 'done' ? ` (${progressText(view, clock.now)})` : '';
    add(node.endedAt, 'node-ended', `${node.state} after ${took}${place}${why}${left}`);
  }
  return changes;
}

const noWait = '1 ';

/** Two looks at the same wait are one line, until the sentence or the attempt changes. */
function waitKey({ pending }: Work): string {
  return pending ? `${pending.attempt} ${pending.waiting?.waitingFor ?? ''}` : noWait;
}

function abortChange(before: RunView | undefined, view: RunView): RunChange[] {
  if (!view.abort || before?.abort) return [];
  const { by, why, at } = view.abort;
  return [{ time: at, kind: 'abort', text: `abort asked for by ${by}${why === '' ? '' : `: ${why}`}` }];
}

function troubleChanges(before: RunView | undefined, view: RunView, clock: Clock): RunChange[] {
  const time = new Date(clock.now).toISOString();
  const silent = (seen: RunView | undefined): boolean => seen?.workers !== undefined && !seen.workers.answering;
  if (silent(view) && !silent(before)) return troubles(view, clock).map((text) => ({ time, kind: 'trouble', text }));
  if (silent(before) && !silent(view)) return [{ time, kind: 'recovered', text: 'a worker answers again' }];
  return [];
}

function endChange(before: RunView | undefined, view: RunView): RunChange[] {
  if (!view.outcome || before?.outcome) return [];
  const { words } = outcomeWords[view.outcome];
  const context = { cluster: view.cluster, run: view.run };
  const advice = [...new Set(view.reasons.flatMap((reason) => advise(reason, context)))];
  const parts = [`run ${view.run} ${words}`, ...view.reasons.map(describe)].join(': ');
  return [{ time: view.endedAt ?? view.startedAt, kind: 'run-ended', text: [sentence(parts), ...advice].join(' | ') }];
}
