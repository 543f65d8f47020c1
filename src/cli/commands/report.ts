import { writeFile } from 'node:fs/promises';
import { runReportMarkdown } from '../../planning/run-report.js';
import { boardText } from '../board/board-text.js';
import { outcomeWords } from '../board/run-words.js';
import type { RunView } from '../board/run-view.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { chooseRun, unknownRun } from '../run-argument.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { readRun } from '../temporal/read-run.js';
import { print, say } from '../terminal.js';

export interface ReportOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly json?: boolean;
  readonly output?: string;
}

const boardWidth = 120;

/** The report of a run in Markdown, or its result as JSON; of an open run, what there is so far. */
export async function report(named: string | undefined, options: ReportOptions): Promise<ExitCode> {
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const view = await readRun(temporal, options.taskQueue, chosen.cluster, chosen.run);
    if (!view) throw unknownRun(chosen, chosen.run);
    const text = options.json
      ? JSON.stringify(view.result ?? view, undefined, 2)
      : reportText(view, Date.now());
    if (options.output === undefined) print(text);
    else await write(options.output, text);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

/** Markdown. A run without a result of its own, open or terminated, is told by its board. */
export function reportText(view: RunView, now: number): string {
  if (view.result) return runReportMarkdown(view.result);
  const state = view.outcome
    ? `${outcomeWords[view.outcome].words}, and left no result of its own`
    : 'still open; this is what there is so far';
  const board = boardText(view, now, { width: boardWidth, colour: false, height: 10_000 });
  return `# Run ${view.run} of ${view.cluster}\n\nThe run is ${state}.\n\n\`\`\`text\n${board}\n\`\`\``;
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
