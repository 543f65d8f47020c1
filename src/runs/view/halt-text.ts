import { advise } from '../../planning/reasons/advise.js';
import { decisionCommands } from '../../planning/report/decision-commands.js';
import { describe } from '../../planning/reasons/describe.js';
import { listed } from '../../planning/text/phrases.js';
import { sentence } from '../../planning/text/sentence.js';
import { nodeAddresses } from './node-addresses.js';
import type { NodeView, PauseTime, RunView } from './run-view.js';
import { clockText } from './time-text.js';
import type { Clock } from './work-text.js';

/** The current wait of a halted run for a decision; undefined: none. */
export function openHalt({ halts, outcome, abort }: RunView): PauseTime | undefined {
  const last = halts.at(-1);
  return last && !outcome && !abort && last.endedAt === undefined ? last : undefined;
}

/** Nodes that somebody must decide about. A node that only stopped because of another one is retried automatically. */
export function undecided({ nodes, decisions }: RunView): NodeView[] {
  return nodes.filter(({ name, state, reason, skippedBy, endedAt }) => {
    if (skippedBy !== undefined) return false;
    if (state !== 'halted' && (state !== 'undone' || reason?.kind === 'fleet-halted')) return false;
    const retried = decisions.findLast(
      ({ kind, node }) => (kind === 'retry' || kind === 'rollback') && node === name,
    );
    return retried === undefined || endedAt === undefined || Date.parse(retried.at) < Date.parse(endedAt);
  });
}

/** What the run waits for, and what happens without a decision. The cause is shown beside the node. */
export function haltText(view: RunView, { until }: PauseTime, { now, timeZone }: Clock): string {
  const end = clockText(until, now, timeZone);
  const names = undecided(view).map(({ name }) => name);
  const stays = view.noRollback
    .filter((reason) => 'node' in reason && names.includes(reason.node ?? ''))
    .map((reason) => `${sentence(`It does not roll back automatically: ${describe(reason)}`)} `);
  const waits = `${stays.join('')}Waits for somebody to decide about ${listed(names)}. No other node is begun until then.`;
  return Date.parse(until) <= now
    ? `${waits} Its time was over at ${end}: as soon as a worker is there, it ends, and the cluster is held.`
    : `${waits} If nobody does until ${end}, it ends, and the cluster is held; no machine is touched.`;
}

/** Commands for the wait: first to find the cause, then to decide. */
export function haltLines(view: RunView): string[] {
  const { cluster, run } = view;
  const nodes = undecided(view);
  const address = nodeAddresses(view);
  const diagnosis = nodes
    .flatMap(({ reason }) => (reason ? advise(reason, { cluster, run, address }) : []))
    // These commands apply only after the end of a run.
    .filter((line) => !/^slipway (release|upgrade) /.test(line));
  const decide = decisionCommands(
    `${cluster}/${run}`,
    nodes.map(({ name, leftAs, reason }) => ({ node: name, state: leftAs, reason })),
  );
  return [...new Set([...diagnosis, ...decide])];
}
