import { randomUUID } from 'node:crypto';
import { abortRun, runId } from '../../workflows/messages.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { chooseRun, type ChosenRun } from '../run-argument.js';
import { askRun } from '../temporal/ask-run.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { noWorker } from '../../runs/temporal/workers.js';
import { print, printJson, say } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';
import { requireWhy } from './pause.js';

export interface AbortOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

const answerMs = 10_000;

/** Asks the run to stop. When no worker responds, a cancel is recorded instead: the run stops once a worker is back. */
export async function abort(named: string | undefined, options: AbortOptions): Promise<ExitCode> {
  requireWhy('abort', options.why);
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const input = { by: whoAsks(), why: options.why };
    const asked = await askRun(temporal, chosen, options.taskQueue, { update: abortRun, input });
    if (asked.kind === 'ended') {
      say(
        `Run ${chosen.run} of ${chosen.cluster} has ended already. What it left: slipway report ${chosen.cluster}/${chosen.run}`,
      );
      return exitCodes.refused;
    }
    const answered = asked.kind === 'answered';
    if (!answered) {
      await recordCancel(temporal, chosen, options.why);
      const { what, hint } = noWorker(asked.workers);
      const why = asked.sent ? `No worker answered within ${answerMs / 1000} s.` : what;
      say(
        `${why} A cancel is recorded instead: run ${chosen.run} stops as soon as a worker is back. ${hint}`,
      );
    }
    if (options.json) printJson({ ...chosen, verdict: 'aborting', by: answered ? 'update' : 'cancel' });
    else printAborting(chosen);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

async function recordCancel(temporal: Temporal, chosen: ChosenRun, why: string): Promise<void> {
  // Calls the service API directly: the SDK's `cancel` cannot pass a reason.
  const { client, namespace } = temporal;
  await temporal.within(answerMs, () =>
    client.workflowService.requestCancelWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: idOf(chosen) },
      requestId: randomUUID(),
      identity: whoAsks(),
      reason: `${whoAsks()}: ${why}`,
    }),
  );
}

function printAborting({ cluster, run }: ChosenRun): void {
  print(
    `Run ${run} of ${cluster} is being aborted. The node under way is undone, or finished where its install was sent.`,
  );
  print(
    'The cluster is held afterwards; not so where all was done in place, and only Terraform is still asked.',
  );
  print(`  slipway watch ${cluster}/${run}  # see it end`);
  print(`  slipway release ${cluster} --why "…"  # let runs start again, once the cluster is as you want it`);
}

function idOf({ cluster, run }: ChosenRun): string {
  return runId(cluster, run);
}
