import { listed, span } from '../../planning/text/phrases.js';
import { decisionMost, pauseRun, type PauseAnswer } from '../../workflows/messages.js';
import { expiry, pauseText, resumeLine } from '../../runs/view/pause-text.js';
import { runningNodes } from '../../runs/view/run-nodes.js';
import type { RunView } from '../../runs/view/run-view.js';
import { exitCodes, TemporalUnreachable, UserMistake, type ExitCode } from '../mistakes.js';
import { chooseRun, type ChosenRun } from '../run-argument.js';
import { askRun, type Asked } from '../temporal/ask-run.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { noWorker } from '../../runs/temporal/workers.js';
import { print, printJson, say } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';

export interface PauseOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

/** Asks the run to start no further node. A pause needs a worker: without one nothing is recorded. */
export async function pause(named: string | undefined, options: PauseOptions): Promise<ExitCode> {
  requireWhy('pause', options.why);
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const input = { by: whoAsks(), why: options.why };
    const asked = await askRun(temporal, chosen, options.taskQueue, { update: pauseRun, input });
    const answer = requireAnswer(asked, chosen, 'paused');
    if (!answer) return exitCodes.refused;
    const view = await readRun(temporal, options.taskQueue, chosen.cluster, chosen.run);
    if (options.json) printJson({ ...chosen, ...answer, underWay: view ? namesOf(view) : [] });
    else for (const line of pauseLines(chosen, answer, view, Date.now())) print(line);
    return answer.verdict === 'ending-already' ? exitCodes.refused : exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

/** Requires a reason, which is recorded: not empty, and not longer than a run accepts. @throws UserMistake */
export function requireWhy(what: string, why: string): void {
  const a = /^[aeiou]/.test(what) ? 'An' : 'A';
  if (why.trim() === '')
    throw new UserMistake(`${a} ${what} needs a reason: it is kept in the record.`, 'Say it: --why "…"');
  if (why.length > decisionMost.why)
    throw new UserMistake(
      `This reason has ${why.length} characters, and ${decisionMost.why} are the most: it is kept in the record.`,
      'Say it shorter, or say where it stands.',
    );
}

/**
 * The run's answer; undefined: the run has ended, and this function has said so.
 *
 * @throws TemporalUnreachable when no worker responded.
 */
export function requireAnswer<Answer>(
  asked: Asked<Answer>,
  { cluster, run }: ChosenRun,
  done: 'paused' | 'resumed' | 'approved' | 'rejected' | 'decided' | 'started',
): Answer | undefined {
  if (asked.kind === 'answered') return asked.answer;
  if (asked.kind === 'ended') {
    say(`Run ${run} of ${cluster} has ended already. What it left: slipway report ${cluster}/${run}`);
    return undefined;
  }
  const { what, hint } = noWorker(asked.workers);
  if (!asked.sent)
    throw new TemporalUnreachable(
      `${what} Run ${run} of ${cluster} was not ${done}: nothing is recorded, and no node is begun without a worker.`,
      `${hint}; then type it again.`,
    );
  throw new TemporalUnreachable(
    `No worker answered in time. Run ${run} of ${cluster} may still be ${done}, should one hear it now.`,
    `Look before you type it again: slipway status ${cluster}`,
  );
}

/** The run's answer as text. */
export function pauseLines(
  { cluster, run }: ChosenRun,
  { verdict, limit }: PauseAnswer,
  view: RunView | undefined,
  now: number,
): string[] {
  if (verdict === 'ending-already')
    return [
      `Run ${run} of ${cluster} is on its way to its end, so there is nothing to pause.`,
      `  slipway watch ${cluster}/${run}  # see it end`,
    ];
  const ends =
    `The pause lasts ${span(limit)} at most, counted from when no node is under way; if nobody resumes the run until then, ` +
    `${view ? expiry(view) : 'it ends, and the cluster is held if a node was begun'}. Nodes that were not begun are left alone.`;
  const lines = [
    `  ${resumeLine(view ?? { cluster, run, nodes: [] })}`,
    `  slipway watch ${cluster}/${run}  # see it`,
  ];
  if (verdict === 'paused-already') {
    const stands = view?.pause ? ` ${pauseText(view, view.pause, { now })}` : '';
    return [`Run ${run} of ${cluster} is paused already.${stands}`, ...lines];
  }
  return [`Run ${run} of ${cluster} pauses. ${underWay(view)}`, ends, ...lines];
}

function underWay(view: RunView | undefined): string {
  const names = view ? namesOf(view) : [];
  if (names.length === 0) return 'Nodes under way are finished first; no further one is begun.';
  return `${listed(names)} ${names.length === 1 ? 'is' : 'are'} finished first; no further node is begun.`;
}

function namesOf(view: RunView): string[] {
  return runningNodes(view).map((node) => node.name);
}
