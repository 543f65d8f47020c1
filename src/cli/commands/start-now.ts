import { startNow, type StartNowAnswer } from '../../workflows/messages.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { chooseRun, type ChosenRun } from '../run-argument.js';
import { askRun } from '../temporal/ask-run.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { print, printJson } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';
import { requireAnswer, requireWhy } from './pause.js';

export interface StartNowOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

/** Lets a run start nodes although no maintenance window is open. */
export async function startRunNow(named: string | undefined, options: StartNowOptions): Promise<ExitCode> {
  requireWhy('start outside the maintenance window', options.why);
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const input = { by: whoAsks(), why: options.why };
    const asked = await askRun(temporal, chosen, options.taskQueue, { update: startNow, input });
    const answer = requireAnswer(asked, chosen, 'started');
    if (!answer) return exitCodes.refused;
    if (options.json) printJson({ ...chosen, ...answer });
    else for (const line of startNowLines(chosen, answer)) print(line);
    return answer.verdict === 'ending-already' ? exitCodes.refused : exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

/** The run's answer as text. */
export function startNowLines({ cluster, run }: ChosenRun, { verdict }: StartNowAnswer): string[] {
  const about = `Run ${run} of ${cluster}`;
  const watch = `  slipway watch ${cluster}/${run}  # see it go`;
  return [`${about} ${said[verdict]}`, watch];
}

const said: Readonly<Record<StartNowAnswer['verdict'], string>> = {
  starts: 'waits for no maintenance window any more, to its end.',
  'starts-already': 'waits for no maintenance window any more: somebody said so before.',
  'no-windows': 'has no maintenance windows to wait for.',
  'ending-already': 'is on its way to its end, so no further node is begun.',
};
