import { writeFile } from 'node:fs/promises';
import { fenced } from '../../planning/text/markdown.js';
import { reportMarkdown } from '../../planning/report/report-markdown.js';
import { reportOfView, reportTimeZone } from '../../runs/view/report-of-view.js';
import { progressView } from '../progress/progress-text.js';
import { outcomeWords } from '../../runs/view/run-words.js';
import type { RunView } from '../../runs/view/run-view.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { chooseRun, unknownRun } from '../run-argument.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { print, say } from '../terminal.js';

export interface ReportOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly json?: boolean;
  readonly output?: string;
}

const boardWidth = 120;

/** Prints the report of a run in Markdown or as JSON, made from its record. The report of an open run is incomplete. */
export async function report(named: string | undefined, options: ReportOptions): Promise<ExitCode> {
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const view = await readRun(temporal, options.taskQueue, chosen.cluster, chosen.run);
    if (!view) throw unknownRun(chosen, chosen.run);
    const text = options.json
      ? JSON.stringify(reportOfView(view, Date.now()), undefined, 2)
      : reportText(view, Date.now());
    if (options.output === undefined) print(text);
    else await write(options.output, text);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

/** Markdown. A run without a result of its own, open or terminated, begins with its progress view. */
export function reportText(view: RunView, now: number): string {
  const made = reportOfView(view, now);
  if (view.result) return reportMarkdown(made).trimEnd();
  const state = view.outcome
    ? `${outcomeWords[view.outcome].words}, and left no result of its own`
    : 'still open; this is what there is so far';
  const progress = progressView(view, now, {
    width: boardWidth,
    colour: false,
    height: 10_000,
    timeZone: reportTimeZone,
  });
  const opening = `# Run ${view.run} of ${view.cluster}\n\nThe run is ${state}.\n\n${fenced(progress)}`;
  return reportMarkdown(made, opening).trimEnd();
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, `${text}\n`);
  } catch (error) {
    throw new UserMistake(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      'Name another with --output FILE.',
    );
  }
  say(`The report is in ${file}`);
}
