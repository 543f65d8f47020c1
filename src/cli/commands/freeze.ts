import { advise } from '../../planning/reasons/advise.js';
import { describe } from '../../planning/reasons/describe.js';
import { moment, quoted } from '../../planning/text/phrases.js';
import type { Unanswered } from '../../starter/ask-queue.js';
import { freezeCluster, unfreezeCluster } from '../../starter/freeze-cluster.js';
import type { FreezeAnswer, BlockedMerge, UnfreezeAnswer } from '../../workflows/messages.js';
import { exitCodes, TemporalUnreachable, type ExitCode } from '../mistakes.js';
import { requireName } from '../run-argument.js';
import { requireQueue } from '../temporal/require-queue.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { noWorker } from '../../runs/temporal/workers.js';
import { print, printJson } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';
import { requireWhy } from './pause.js';

export interface FreezeOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

const answerMs = 10_000;

/** Blocks new runs of a cluster until somebody lifts the freeze. */
export async function freeze(named: string | undefined, options: FreezeOptions): Promise<ExitCode> {
  return asking(named, options, 'freeze', freezeCluster, freezeLines);
}

/** Lifts the freeze of a cluster. */
export async function unfreeze(named: string | undefined, options: FreezeOptions): Promise<ExitCode> {
  return asking(named, options, 'unfreeze', unfreezeCluster, unfreezeLines);
}

async function asking<Answer extends { readonly verdict: string }>(
  named: string | undefined,
  options: FreezeOptions,
  verb: 'freeze' | 'unfreeze',
  ask: (
    client: Temporal['client'],
    cluster: string,
    input: { readonly by: string; readonly why: string },
    how: { readonly taskQueue: string; readonly limitMs: number },
  ) => Promise<Answer | Unanswered>,
  lines: (cluster: string, answer: Answer) => string[],
): Promise<ExitCode> {
  requireWhy(verb, options.why);
  const temporal = await connectTemporal();
  try {
    const cluster = named ?? (await requireName(options.file));
    await requireQueue(temporal, cluster);
    const how = { taskQueue: options.taskQueue, limitMs: answerMs };
    const answer = await ask(temporal.client, cluster, { by: whoAsks(), why: options.why }, how);
    if (isUnanswered(answer)) {
      const { what, hint } = noWorker(answer.pollers);
      throw new TemporalUnreachable(
        answer.sent
          ? `No worker answered within ${answerMs / 1000} s; the ${verb} may still be taken, should one hear it now. Look: slipway queue ${cluster}`
          : `${what} Nothing was recorded.`,
        hint,
      );
    }
    if (options.json) printJson({ cluster, ...answer });
    else for (const line of lines(cluster, answer)) print(line);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

function isUnanswered(answer: { readonly verdict: string }): answer is Unanswered {
  return answer.verdict === 'unanswered';
}

/** The queue's answer to a freeze as text. */
export function freezeLines(cluster: string, { verdict, freeze: by, open }: FreezeAnswer): string[] {
  const first =
    verdict === 'frozen'
      ? `${cluster} is frozen: no run of it begins, from the command line or by a merge.`
      : `${cluster} is frozen already, since ${moment(by.since)}, by ${quoted(by.by)}: ${quoted(by.why)}.`;
  return [
    first,
    ...(open === null
      ? []
      : [
          `Run ${open} is open and goes on. To stop it between two nodes:`,
          `  slipway pause ${cluster}/${open} --why "…"`,
        ]),
    'What is merged meanwhile waits, the newest alone, and begins when it is lifted:',
    `  slipway unfreeze ${cluster} --why "…"`,
  ];
}

/** The queue's answer to lifting a freeze as text. */
export function unfreezeLines(cluster: string, answer: UnfreezeAnswer): string[] {
  if (answer.verdict === 'not-frozen') return [`${cluster} is not frozen.`];
  const { freeze: was, started, stays } = answer;
  const lifted = `${cluster} is not frozen any more; ${quoted(was.by)} had frozen it on ${moment(was.since)}.`;
  if (stays) return [lifted, ...staysLines(cluster, stays)];
  if (!started) return [lifted, 'Nothing waited. Runs may begin again.'];
  return [lifted, ...startedLines(cluster, started)];
}

/** Says that the queued merge still waits, and what to type. */
export function staysLines(cluster: string, { target, reason }: BlockedMerge): string[] {
  return [
    `Talos ${target} was merged and waits for a person: ${describe(reason)}.`,
    ...advise(reason, { cluster }).map((line) => `  ${line}`),
  ];
}

/** Says that the queued merge has started. */
export function startedLines(
  cluster: string,
  { run, target }: { readonly run: number; readonly target: string },
): string[] {
  return [
    `Run ${run} begins: Talos ${target} was merged and had waited.`,
    `  slipway watch ${cluster}/${run}  # follow it`,
  ];
}
