import { listed } from '../../planning/text/phrases.js';
import { resumeRun } from '../../workflows/messages.js';
import { nextBatch } from '../../runs/view/run-nodes.js';
import type { RunView } from '../../runs/view/run-view.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { chooseRun, type ChosenRun } from '../run-argument.js';
import { askRun } from '../temporal/ask-run.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { print, printJson } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';
import { requireAnswer, requireWhy } from './pause.js';

export interface ResumeOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

/** Resumes a paused run. */
export async function resume(named: string | undefined, options: ResumeOptions): Promise<ExitCode> {
  requireWhy('resume', options.why);
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    // Read before the update: afterwards the next node may already be under way.
    const before = await readRun(temporal, options.taskQueue, chosen.cluster, chosen.run);
    const input = { by: whoAsks(), why: options.why };
    const asked = await askRun(temporal, chosen, options.taskQueue, { update: resumeRun, input });
    const answer = requireAnswer(asked, chosen, 'resumed');
    if (!answer) return exitCodes.refused;
    if (options.json) printJson({ ...chosen, ...answer });
    else for (const line of resumeLines(chosen, answer.verdict, before)) print(line);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

/** The run's answer as text. */
export function resumeLines(
  { cluster, run }: ChosenRun,
  verdict: 'resumed' | 'not-paused',
  before: RunView | undefined,
): string[] {
  const watch = `  slipway watch ${cluster}/${run}  # see it go`;
  if (verdict === 'not-paused') return [`Run ${run} of ${cluster} is not paused: it goes on anyway.`, watch];
  const next = before ? nextBatch(before).map((node) => node.name) : [];
  const goesOn = next.length > 0 ? `goes on; next: ${listed(next)}` : 'goes on';
  return [`Run ${run} of ${cluster} ${goesOn}.`, watch];
}
