import { WorkflowUpdateFailedError } from '@temporalio/client';
import { shortHash } from '../../planning/plan/approval-text.js';
import {
  approvePlan,
  rejectPlan,
  type ApprovalInput,
  type ApproveAnswer,
  type RejectAnswer,
} from '../../workflows/messages.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { chooseRun, type ChosenRun } from '../run-argument.js';
import { askRun, type Asked } from '../temporal/ask-run.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { print, printJson, say } from '../terminal.js';
import { requireAnswer } from './pause.js';

export interface AnswerOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly plan: string;
  readonly by: string;
  readonly reason?: string;
  /** An alias of `reason`. */
  readonly why?: string;
  readonly json?: boolean;
}

/** Approves the plan a run waits with. */
export async function approve(named: string | undefined, options: AnswerOptions): Promise<ExitCode> {
  return answer(named, options, 'approved', approveLines, (temporal, chosen, input) =>
    askRun(temporal, chosen, options.taskQueue, { update: approvePlan, input }),
  );
}

/** Rejects the plan: the run ends. */
export async function reject(named: string | undefined, options: AnswerOptions): Promise<ExitCode> {
  return answer(named, options, 'rejected', rejectLines, (temporal, chosen, input) =>
    askRun(temporal, chosen, options.taskQueue, { update: rejectPlan, input }),
  );
}

async function answer<Answer extends object>(
  named: string | undefined,
  options: AnswerOptions,
  done: 'approved' | 'rejected',
  lines: (chosen: ChosenRun, answered: Answer) => string[],
  ask: (temporal: Temporal, chosen: ChosenRun, input: ApprovalInput) => Promise<Asked<Answer>>,
): Promise<ExitCode> {
  const input = approvalInput(options);
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const answered = requireAnswer(await ask(temporal, chosen, input), chosen, done);
    if (!answered) return exitCodes.refused;
    if (options.json) printJson({ ...chosen, ...answered });
    else for (const line of lines(chosen, answered)) print(line);
    return exitCodes.ok;
  } catch (error) {
    // The run's own sentence: it waits with another plan, or with none.
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    const why = error.cause?.message ?? error.message;
    if (options.json) printJson({ verdict: 'refused', why });
    else say(`${why} Nothing was ${done}.`);
    return exitCodes.refused;
  } finally {
    await temporal.close();
  }
}

/** The update's input from the typed options. @throws UserMistake */
export function approvalInput({ plan, by, reason, why }: AnswerOptions): ApprovalInput {
  if (!/^[0-9a-f]{8,64}$/.test(plan))
    throw new UserMistake(
      `"${plan}" is no hash of a plan: those are 64 characters of 0 to 9 and a to f, of which 8 are enough.`,
      'It stands in the last line of the plan: slipway plan, slipway status',
    );
  if (by.trim() === '')
    throw new UserMistake(
      'An answer to a plan needs a name: it is kept in the record.',
      'Say it: --by "NAME"',
    );
  if (/^\s*(?:github|token):/i.test(by))
    throw new UserMistake(
      `"${by}" is how Slipway writes a name that GitHub or a token proved, and a command proves none.`,
      'Say your name without it: --by "NAME"',
    );
  const text = reason ?? why ?? '';
  if (text.trim() === '')
    throw new UserMistake(
      'An answer to a plan needs a reason: it is kept in the record.',
      'Say it: --reason "…"',
    );
  return { plan, by: by.trim(), why: text.trim() };
}

/** The run's answer as text. */
export function approveLines({ cluster, run }: ChosenRun, { verdict, approval }: ApproveAnswer): string[] {
  const { plan, by, at, why } = approval;
  const watch = `  slipway watch ${cluster}/${run}  # see it go`;
  if (verdict === 'approved-by-one')
    return [
      `${by} approved plan ${shortHash(plan)} of run ${run} of ${cluster}; another person must, too: it still waits.`,
      `  slipway status ${cluster}/${run}  # what to type`,
    ];
  return verdict === 'approved-already'
    ? [
        `Plan ${shortHash(plan)} of run ${run} of ${cluster} was approved already, by ${by} at ${at}: ${why}`,
        watch,
      ]
    : [`Plan ${shortHash(plan)} is approved: run ${run} of ${cluster} goes on.`, watch];
}

export function rejectLines({ cluster, run }: ChosenRun, { rejection }: RejectAnswer): string[] {
  return [
    `Plan ${shortHash(rejection.plan)} is rejected: run ${run} of ${cluster} ends. Nothing was touched, and the cluster is not held.`,
    `  slipway report ${cluster}/${run}  # who decided what`,
  ];
}
