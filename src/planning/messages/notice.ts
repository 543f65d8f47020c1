import { advise } from '../reasons/advise.js';
import { decisionCommands } from '../report/decision-commands.js';
import { describe } from '../reasons/describe.js';
import { count, moment, span } from '../text/phrases.js';
import type { Reason } from '../reasons/reason.js';
import { revertCommand, type StillDeclared } from '../merge/revert.js';
import type { NodeCounts } from '../report/run-result.js';
import { shortHash } from '../plan/approval-text.js';
import { sentence } from '../text/sentence.js';
import { stateWords } from '../report/node-state-words.js';
import { statusLines, statusTitle } from './status-message.js';
import { kinds, type Severity } from './kinds.js';
import type {
  About,
  AdvisedNodes,
  Message,
  MessageKind,
  MessageOf,
  NamedNodes,
  WentBack,
} from './message.js';
import { commandLine, oneLine, safeLink } from './text.js';

/** A rendered message, for any service: one line each, plain text that is not escaped yet. */
export interface Notice {
  readonly kind: MessageKind;
  readonly severity: Severity;
  /** One line with the essentials, for places where people see nothing else. */
  readonly title: string;
  readonly lines: readonly string[];
  /** Commands, each line as it can be pasted. */
  readonly commands: readonly string[];
  /** A link. */
  readonly link?: string;
  /** ISO time. */
  readonly at: string;
}

interface Words {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly commands?: readonly string[];
}

type WordsOf = { readonly [Kind in MessageKind]: (message: MessageOf<Kind>) => Words };

const words: WordsOf = {
  board: (status) => ({ title: statusTitle(status), lines: statusLines(status), commands: status.commands }),
  queued: ({ target, reason, by, cluster }) => ({
    title: `${cluster}: Talos ${target} was merged, and waits`,
    lines: [
      sentence(describe(reason)),
      reason.kind === 'version-blocked'
        ? `It does not begin automatically: slipway upgrade brings it. Merged by ${by}.`
        : `It begins automatically once that is over${reason.kind === 'run-open' ? ', unless that run rolls back' : ''}; a newer merge takes its place. Merged by ${by}.`,
    ],
    commands: [`slipway queue ${cluster}  # what waits, and for what`],
  }),
  superseded: ({ target, newer, by, cluster }) => ({
    title: `${cluster}: Talos ${target} ${newer === undefined ? 'is not brought any more' : `gave way to ${newer}`}`,
    lines: [
      newer === undefined
        ? `It had not started, and git does not declare it any more. Merged by ${by}.`
        : `It had not started. ${newer} was merged by ${by}.`,
    ],
  }),
  start: (start) => ({
    title: `${runOf(start)} begins: ${versions(start.from)} → Talos ${start.target}, ${nodeCount(start.nodes)}`,
    lines: [
      `Strategy: ${start.strategy === 'in-place' ? 'in place' : 'by replacement'} (${start.why}), ${count(start.hops, 'hop')}.`,
      `Nodes: ${nodeNames(start.nodes)}.`,
      `Estimate: ${span(start.estimate)}.`,
      `Asked for by ${start.by}${start.commit === undefined ? '' : `, commit ${start.commit.slice(0, 12)}`}.`,
    ],
  }),
  approval: (asked) => ({
    title: `${runOf(asked)} waits for a person's approval to Talos ${asked.target}`,
    lines: [
      `Why: ${asked.why}.`,
      `Plan ${shortHash(asked.plan)}: ${nodeCount(asked.nodes)} (${nodeNames(asked.nodes)}). Nothing was touched.`,
      ...endsAt(asked.until, 'Without an answer it ends'),
    ],
    commands: asked.commands,
  }),
  waiting: (wait) => ({
    title: `${runOf(wait)} waits: ${wait.what}`,
    lines: [...nodeLine(wait.node), `Since ${moment(wait.since)}.`, ...endsAt(wait.until, 'It gives up')],
    commands: wait.commands,
  }),
  reminder: (wait) => ({
    title: `${runOf(wait)} waits still, for ${spanOf(wait.since, wait.at)}: ${wait.what}`,
    lines: [...nodeLine(wait.node), `Since ${moment(wait.since)}.`, ...endsAt(wait.until, 'It gives up')],
    commands: wait.commands,
  }),
  decided: (said) => ({
    title: `${runOf(said)}: ${said.decision.by} ${decisions[said.decision.kind]}${said.decision.node === undefined ? '' : ` ${said.decision.node}`}`,
    lines: said.decision.why === '' ? [] : [`Why: ${said.decision.why}`],
  }),
  'node-done': (done) => ({
    title: `${done.cluster}: ${done.node} runs ${done.to}, after ${span(done.took)} (${done.place} of ${done.of})`,
    lines: [`It ran ${done.from} before. Run ${done.run ?? 'unknown'}.`],
  }),
  halt: (halt) => ({
    title: `${runOf(halt)} halted${halt.node === undefined ? '' : ` at ${halt.node}`}: no other node is begun`,
    lines: [
      ...(halt.node === undefined || halt.state === undefined
        ? []
        : [`${halt.node} ${stateWords[halt.state]}.`]),
      ...because(halt.reasons),
      ...endsAt(halt.until, 'Without a decision the run ends'),
    ],
    commands: haltCommands(halt),
  }),
  rollback: (back) => ({
    title: `${runOf(back)}: ${back.node} rolls back to ${back.to}`,
    lines: [...failedCheck(back), 'Status: in progress.'],
  }),
  'rolled-back': (back) => ({
    title: `${runOf(back)}: ${back.node} runs ${back.to} again`,
    lines: [...failedCheck(back), `Status: completed, after ${span(back.took)}. No other node is begun.`],
  }),
  'rollback-failed': (back) => ({
    title: `${runOf(back)}: ${back.node} could not be rolled back to ${back.to}`,
    lines: [
      ...failedCheck(back),
      `Status: failed. ${describe(back.reason)}.`,
      ...(back.state === undefined ? [] : [`${back.node} ${stateWords[back.state]}.`]),
      'No other node is touched. It needs a person.',
    ],
    commands: advice([back.reason], back),
  }),
  done: (done) => ({
    title: `${runOf(done)} is done: Talos ${done.target}, ${count(done.counts.done, 'node')} in ${span(done.took)}`,
    lines: [countsLine(done.counts), ...(done.left === undefined ? [] : [`Terraform: ${done.left}.`])],
    commands: [
      `slipway report ${done.cluster}/${done.run ?? ''}  # the whole of it`,
      ...(done.still ? [revertCommand(done.still)] : []),
    ],
  }),
  ended: (ended) => ({
    title: `${runOf(ended)} ${endings[ended.outcome]} (Talos ${ended.target})`,
    lines: [
      ...because(ended.reasons),
      ...(ended.counts === undefined ? [] : [countsLine(ended.counts)]),
      ...(ended.took === undefined ? [] : [`It took ${span(ended.took)}.`]),
    ],
    commands: withRevert(advice(ended.reasons, { ...ended, held: holds.has(ended.outcome) }), ended.still),
  }),
  'notifier-failing': ({ receiver, times, since, why, ...about }) => ({
    title: `${about.cluster}: ${receiver} cannot be notified`,
    lines: [
      `The last ${times} messages did not get there, since ${moment(since)}: ${why}.`,
      'Nothing waits for it. What it missed is in slipway report, and here if this receiver gets the same messages.',
    ],
    commands: ['slipway notify test  # on the worker: tries each receiver, and says what became of it'],
  }),
  test: ({ by, cluster }) => ({
    title: `${cluster}: a test from Slipway`,
    lines: [
      `${by} typed slipway notify test. Nothing happened to the cluster. _ * ~ \` < > & @everyone are shown as they are.`,
    ],
  }),
};

/** Follows the name of the person who sent the command; precedes the node, where it is about one. */
const decisions: Readonly<Record<MessageOf<'decided'>['decision']['kind'], string>> = {
  approve: 'approved the plan',
  reject: 'rejected the plan: nothing is touched',
  pause: 'asked for a pause',
  resume: 'had it go on',
  retry: 'has it retry with',
  skip: 'has it go on without',
  rollback: 'has it roll back',
  'start-now': 'has it begin although the maintenance window is closed',
  abort: 'aborted it',
};

const endings: Readonly<Record<MessageOf<'ended'>['outcome'], string>> = {
  incomplete: 'ended incomplete: a skipped node does not run the target; the cluster is not held',
  'nothing-to-do': 'had nothing to do',
  refused: 'was refused: nothing was touched',
  halted: 'ended as halted: the cluster is held',
  aborted: 'was aborted: the cluster is held',
  failed: 'failed, and left no result of its own: the cluster is held',
  terminated: 'was terminated from outside, and nothing was undone: the cluster is held',
};
const holds: ReadonlySet<string> = new Set(['halted', 'aborted', 'failed', 'terminated']);

/** How many reasons and commands a message shows: the report has all of them. */
const reasonsMax = 5;
const commandsMax = 8;

/** Renders a message. */
export function noticeOf(message: Message): Notice {
  const { title, lines = [], commands = [] } = (words[message.kind] as (one: Message) => Words)(message);
  const link = safeLink(message.link);
  return {
    kind: message.kind,
    severity: kinds[message.kind].severity,
    title: `${kinds[message.kind].sign} ${oneLine(title)}`,
    lines: lines.map(oneLine).filter((line) => line !== ''),
    commands: commands
      .map(commandLine)
      .filter((line) => line !== '')
      .slice(0, commandsMax),
    ...(link === undefined ? {} : { link }),
    at: message.at,
  };
}

function runOf({ cluster, run }: About): string {
  return run === undefined ? cluster : `${cluster}: run ${run}`;
}

function versions(from: readonly string[]): string {
  return from.length === 0 ? 'nothing' : from.slice(0, 4).join(', ') + (from.length > 4 ? ', …' : '');
}

function nodeCount({ names, more }: NamedNodes): string {
  return count(names.length + more, 'node');
}

function nodeNames({ names, more }: NamedNodes): string {
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}

function nodeLine(node: string | undefined): string[] {
  return node === undefined ? [] : [`Node: ${node}.`];
}

function endsAt(iso: string | undefined, what: string): string[] {
  return iso === undefined ? [] : [`${what} at ${moment(iso)}.`];
}

function spanOf(since: string, at: string): string {
  return span(Date.parse(at) - Date.parse(since));
}

function failedCheck({ node, from, check }: WentBack): string[] {
  return check === undefined
    ? [`${node} did not get well on ${from}.`]
    : [`Failed on ${from}: ${describe(check)}.`];
}

function because(reasons: readonly Reason[]): string[] {
  const said = reasons.slice(0, reasonsMax).map((reason) => `${describe(reason)}.`);
  return reasons.length > reasonsMax
    ? [...said, `And ${count(reasons.length - reasonsMax, 'more reason')}.`]
    : said;
}

function advice(
  reasons: readonly Reason[],
  about: About & AdvisedNodes & { readonly held?: boolean },
): string[] {
  const { cluster, run, held, addresses = {} } = about;
  const address = (node: string): string | undefined => addresses[node];
  const context = {
    cluster,
    address,
    ...(run === undefined ? {} : { run }),
    ...(held === undefined ? {} : { held }),
  };
  return [...new Set(reasons.slice(0, reasonsMax).flatMap((reason) => advise(reason, context)))];
}

/** The last command: a message that is cut keeps it too. */
function withRevert(lines: readonly string[], still: StillDeclared | undefined): string[] {
  return still ? [...lines.slice(0, commandsMax - 1), revertCommand(still)] : [...lines];
}

/** While the run waits for a decision: how to decide, then how to find out. Once it has ended, what the reasons advise. */
function haltCommands(halt: MessageOf<'halt'>): string[] {
  const { cluster, run, node, state, until, reasons } = halt;
  if (run === undefined || node === undefined || until === undefined) return advice(reasons, halt);
  // These commands are for after the end of a run.
  const checks = advice(reasons, halt).filter((line) => !/^slipway (release|upgrade) /.test(line));
  return [...decisionCommands(`${cluster}/${run}`, [{ node, state, reason: reasons[0] }]), ...checks];
}

function countsLine({ done, skipped, undone, halted, notBegun }: NodeCounts): string {
  const parts = [
    [done, 'upgraded'],
    [skipped, 'left as they were'],
    [undone, 'undone'],
    [halted, 'halted'],
    [notBegun, 'not begun'],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return said.length === 0 ? 'No node was touched.' : `Nodes: ${said.join(', ')}.`;
}
