import { WorkflowUpdateFailedError } from '@temporalio/client';
import { describe } from '../../planning/reasons/describe.js';
import { span } from '../../planning/text/phrases.js';
import {
  retryNode,
  rollBackNode,
  skipNode,
  type NodeDecisionInput,
  type RetryAnswer,
  type RollbackAnswer,
  type SkipAnswer,
} from '../../workflows/messages.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { chooseRun, type ChosenRun } from '../run-argument.js';
import { sentence } from '../../planning/text/sentence.js';
import { askRun, type Asked } from '../temporal/ask-run.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { print, printJson, say } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';
import { requireAnswer, requireWhy } from './pause.js';

export interface DecideOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

/** The node is observed before the run answers. */
const observeMs = 120_000;
/** Where the machine was replaced, Terraform runs too. */
const askTerraformMs = 600_000;

/** Retries a node that halted the run. */
export async function retry(
  node: string,
  named: string | undefined,
  options: DecideOptions,
): Promise<ExitCode> {
  return decide(node, named, options, 'retry', retryLines, (temporal, chosen, input) =>
    askRun(temporal, chosen, options.taskQueue, { update: retryNode, input, withinMs: observeMs }),
  );
}

/** Rolls a node that halted the run back to the version it ran before. */
export async function rollback(
  node: string,
  named: string | undefined,
  options: DecideOptions,
): Promise<ExitCode> {
  return decide(node, named, options, 'rollback', rollbackLines, (temporal, chosen, input) =>
    askRun(temporal, chosen, options.taskQueue, { update: rollBackNode, input, withinMs: askTerraformMs }),
  );
}

/** Continues the run without a node. */
export async function skip(
  node: string,
  named: string | undefined,
  options: DecideOptions,
): Promise<ExitCode> {
  return decide(node, named, options, 'skip', skipLines, (temporal, chosen, input) =>
    askRun(temporal, chosen, options.taskQueue, { update: skipNode, input }),
  );
}

async function decide<Answer extends { readonly verdict: string }>(
  node: string,
  named: string | undefined,
  options: DecideOptions,
  verb: 'retry' | 'skip' | 'rollback',
  lines: (chosen: ChosenRun, answer: Answer) => string[],
  ask: (temporal: Temporal, chosen: ChosenRun, input: NodeDecisionInput) => Promise<Asked<Answer>>,
): Promise<ExitCode> {
  requireWhy(verb, options.why);
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const input = { node, by: whoAsks(), why: options.why.trim() };
    const answer = requireAnswer(await ask(temporal, chosen, input), chosen, 'decided');
    if (!answer) return exitCodes.refused;
    if (options.json) printJson({ ...chosen, ...answer });
    else for (const line of lines(chosen, answer)) print(line);
    return answer.verdict === 'refused' ? exitCodes.refused : exitCodes.ok;
  } catch (error) {
    // The run's own sentence: why it rejects the decision.
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    const why = error.cause?.message ?? error.message;
    if (options.json) printJson({ verdict: 'refused', why });
    else say(`${why} Nothing was changed.`);
    return exitCodes.refused;
  } finally {
    await temporal.close();
  }
}

/** The run's answer as text. */
export function retryLines({ cluster, run }: ChosenRun, answer: RetryAnswer): string[] {
  if (answer.verdict === 'refused')
    return [
      `As it stands it cannot be retried. Nothing was changed, and run ${run} of ${cluster} goes on waiting.`,
      ...answer.reasons.map((reason) => `  - ${sentence(describe(reason))}`),
    ];
  return [
    `${answer.node} is retried by run ${run} of ${cluster}: ${answer.steps.join(', ')}.`,
    `  slipway watch ${cluster}/${run}  # see it go`,
  ];
}

export function rollbackLines({ cluster, run }: ChosenRun, answer: RollbackAnswer): string[] {
  if (answer.verdict === 'refused')
    return [
      `Nothing was changed, and run ${run} of ${cluster} goes on waiting.`,
      ...answer.reasons.map((reason) => `  - ${sentence(describe(reason))}`),
    ];
  const { costs } = answer;
  return [
    `${answer.node} is rolled back by run ${run} of ${cluster}: ${answer.steps.join(', ')}. Then the run ends, and the cluster is held.`,
    ...(costs
      ? [`It takes some ${span(costs.took)}:`, ...costs.notes.map((note) => `  - ${sentence(note)}`)]
      : []),
    `  slipway watch ${cluster}/${run}  # see it go`,
  ];
}

export function skipLines({ cluster, run }: ChosenRun, { node, verdict }: SkipAnswer): string[] {
  const what =
    verdict === 'stopping'
      ? `${node} is undone, or finished where its install was sent; run ${run} of ${cluster} goes on without it. Should it halt, the run waits for a decision all the same.`
      : `Run ${run} of ${cluster} goes on without ${node}, which stays as it is.`;
  return [what, `  slipway watch ${cluster}/${run}  # see it go`];
}
