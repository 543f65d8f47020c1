import { setTimeout as pause } from 'node:timers/promises';
import { approvalCommands, approvalsText, approversText } from '../../planning/plan/approval-text.js';
import type { UpgradeRequest } from '../../planning/plan/plan.js';
import type { Unanswered } from '../../starter/ask-queue.js';
import { enqueueUpgrade } from '../../starter/enqueue-upgrade.js';
import type { EnqueueAnswer } from '../../workflows/messages.js';
import { addressesIn } from '../../planning/node/node-address.js';
import { nodeAddresses } from '../../runs/view/node-addresses.js';
import { outcomeWords, planWords } from '../../runs/view/run-words.js';
import type { RunView } from '../../runs/view/run-view.js';
import { declaredCluster, type DeclaredCluster } from '../declared-cluster.js';
import { exitCodes, TemporalUnreachable, type ExitCode } from '../mistakes.js';
import type { ChosenRun } from '../run-argument.js';
import { sayReasons } from '../say-reasons.js';
import { sentence } from '../../planning/text/sentence.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { runReader } from '../../runs/temporal/read-run.js';
import { webUiAddress } from '../../runs/temporal/web-ui.js';
import { noWorker } from '../../runs/temporal/workers.js';
import { print, printJson } from '../terminal.js';
import { upgradeRequest, type AskedFor } from '../upgrade-request.js';
import { exitCodeOf, watchRun } from './watch.js';

export interface UpgradeOptions extends AskedFor {
  readonly file: string;
  readonly taskQueue: string;
  readonly watch?: boolean;
  /** False: return as soon as the run has its number. */
  readonly wait: boolean;
  readonly json?: boolean;
}

type Started = Extract<EnqueueAnswer, { verdict: 'started' }>;

/** A worker completes an update within milliseconds; a busy machine may take some seconds. */
const answerMs = 20_000;
/** Added to the time limit of the observation. */
const planGraceMs = 15_000;
const lookEveryMs = 300;

/** Enqueues the upgrade, and prints the run's plan or why it has none. */
export async function upgrade(options: UpgradeOptions): Promise<ExitCode> {
  const declared = await declaredCluster(options.file);
  const request = await upgradeRequest(declared, options);
  const temporal = await connectTemporal();
  try {
    return await startRun(temporal, declared, request, options);
  } finally {
    await temporal.close();
  }
}

/** Enqueues a request in the queue of its cluster, and prints the result. */
export async function startRun(
  temporal: Temporal,
  { inventory, base }: DeclaredCluster,
  request: UpgradeRequest,
  options: UpgradeOptions,
): Promise<ExitCode> {
  const { cluster } = request;
  const { taskQueue } = options;
  const input = { request, inventory, base, only: options.only ?? [] };
  const answer = await enqueueUpgrade(temporal.client, input, { taskQueue, limitMs: answerMs });
  if (answer.verdict === 'unanswered') throw unanswered(answer, cluster);
  if (answer.verdict === 'refused') {
    if (options.json) printJson(answer);
    else sayReasons([answer.reason], { cluster, address: addressesIn(inventory.nodes) });
    return exitCodes.refused;
  }
  const { run } = answer;
  if (!options.json) printStarted(temporal, answer, request);
  if (options.watch) return watchRun(temporal, { cluster, run }, { taskQueue, json: options.json ?? false });
  const limitMs = options.wait ? inventory.limits.observe + planGraceMs : 0;
  return publishPlan(temporal, answer, request, { ...options, limitMs });
}

function unanswered({ sent, pollers }: Unanswered, cluster: string): TemporalUnreachable {
  const { what, hint } = noWorker(pollers);
  if (!sent) return new TemporalUnreachable(`${what} Nothing was started.`, hint);
  return new TemporalUnreachable(
    `No worker took the request within ${answerMs / 1000} s. It is with Temporal, and a worker may still take it.`,
    `Look before you ask again: slipway status ${cluster}`,
  );
}

function printStarted(temporal: Temporal, { run, workflowId }: Started, request: UpgradeRequest): void {
  const undeclared = request.declared ? '' : ', which git does not declare';
  print(`run ${run} of ${request.cluster} has started: to Talos ${request.talos}${undeclared}.`);
  const address = webUiAddress(temporal, workflowId);
  if (address) print(`  ${address}`);
}

/** Waits until the run has made its plan, or has refused it. */
async function publishPlan(
  temporal: Temporal,
  started: Started,
  { cluster }: UpgradeRequest,
  { taskQueue, limitMs, json }: UpgradeOptions & { readonly limitMs: number },
): Promise<ExitCode> {
  const { run, workflowId } = started;
  const view = await waitForPlan(temporal, taskQueue, { cluster, run }, limitMs);
  if (json)
    printJson({
      ...started,
      webUi: webUiAddress(temporal, workflowId),
      plan: view?.plan,
      outcome: view?.outcome,
      reasons: view?.reasons,
    });
  else if (view?.outcome) printEnd(view, view.outcome);
  else printOngoing(view, { cluster, run });
  return view?.outcome ? exitCodeOf(view.outcome) : exitCodes.ok;
}

async function waitForPlan(
  temporal: Temporal,
  taskQueue: string,
  { cluster, run }: ChosenRun,
  limitMs: number,
): Promise<RunView | undefined> {
  const reader = runReader(temporal, taskQueue, cluster);
  const end = Date.now() + limitMs;
  let view: RunView | undefined;
  while (Date.now() < end) {
    view = await reader.read(run);
    if (view?.plan || view?.outcome) return view;
    await pause(lookEveryMs);
  }
  return view;
}

function printEnd(view: RunView, outcome: NonNullable<RunView['outcome']>): void {
  print(`run ${view.run}: ${outcomeWords[outcome].words}.`);
  const { cluster, run } = view;
  sayReasons(view.reasons, { cluster, run, held: outcome !== 'refused', address: nodeAddresses(view) });
}

function printOngoing(view: RunView | undefined, { cluster, run }: ChosenRun): void {
  if (view?.plan) print(`  ${planWords(view)}.`);
  const { approvals = [], approvers, hash } = view?.plan ?? {};
  if (hash !== undefined && approvals.length > 0) {
    const why = sentence(`it waits for an approval, with nothing touched: ${approvalsText(approvals)}`);
    print(`  ${why}${approversText(approvers)}`);
    for (const line of approvalCommands({ cluster, hash }, run)) print(`    ${line}`);
  }
  print(`  slipway watch ${cluster}/${run}  # see it go`);
  print(
    `  slipway abort ${cluster}/${run} --why "…"  # stop it: the node under way is undone or finished first`,
  );
}
