import { advise } from '../../planning/reasons/advise.js';
import { describe, holdSentence } from '../../planning/reasons/describe.js';
import type { Inventory } from '../../inventory/schema.js';
import { installMark } from '../../planning/node/armed.js';
import type { ClusterObservation } from '../../planning/node/observation.js';
import { releaseHold } from '../../starter/release-hold.js';
import type { ReleaseAnswer } from '../../workflows/messages.js';
import { declaredCluster } from '../declared-cluster.js';
import { startedLines, staysLines } from './freeze.js';
import { exitCodes, TemporalUnreachable, type ExitCode } from '../mistakes.js';
import { requireName } from '../run-argument.js';
import { requireQueue } from '../temporal/require-queue.js';
import { sentence } from '../../planning/text/sentence.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { noWorker } from '../../runs/temporal/workers.js';
import { print, printJson, say } from '../terminal.js';
import { whoAsks } from '../upgrade-request.js';
import { requireWhy } from './pause.js';

export interface ReleaseOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly why: string;
  readonly json?: boolean;
}

const answerMs = 10_000;

/** An annotation that a run has left on a node. */
interface LeftOver {
  readonly node: string;
  /** The run's workflow id. */
  readonly run: string;
}

/** The leftover annotations, or why they could not be read. */
type LeftOvers =
  | { readonly kind: 'seen'; readonly marks: readonly LeftOver[] }
  | { readonly kind: 'unseen'; readonly why: string };

/** Lifts the hold, and lists the annotations that the run left. Touches no node. */
export async function release(named: string | undefined, options: ReleaseOptions): Promise<ExitCode> {
  requireWhy('release', options.why);
  const temporal = await connectTemporal();
  try {
    const cluster = named ?? (await requireName(options.file));
    const { memo } = await requireQueue(temporal, cluster);
    const input = { by: whoAsks(), why: options.why };
    const answer = await releaseHold(temporal.client, cluster, input, {
      taskQueue: options.taskQueue,
      limitMs: answerMs,
    });
    if (answer.verdict === 'unanswered') {
      const { what, hint } = noWorker(answer.pollers);
      const state = memo.hold ? holdSentence(memo.hold, cluster) : `${cluster} is not held.`;
      throw new TemporalUnreachable(
        answer.sent ? `No worker answered within ${answerMs / 1000} s. ${state}` : `${what} ${state}`,
        hint,
      );
    }
    const leftOvers = memo.open
      ? unseen(`run ${memo.open.run} is open`)
      : await lookForMarks(options.file, cluster);
    if (options.json) printJson({ cluster, ...answer, leftOvers });
    else printReleased(cluster, answer, leftOvers);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

async function lookForMarks(file: string, cluster: string): Promise<LeftOvers> {
  try {
    const { inventory, base } = await declaredCluster(file);
    if (inventory.cluster !== cluster) return unseen(`${file} is of ${inventory.cluster}`);
    return await observeMarks(inventory, base);
  } catch (error) {
    const { messageOf, Refusal } = await import('../../tools/refusal.js');
    return unseen(error instanceof Refusal ? describe(error.reason) : messageOf(error));
  }
}

async function observeMarks(inventory: Inventory, base: string): Promise<LeftOvers> {
  const { openCluster } = await import('../../tools/cluster-access.js');
  const { observeCluster } = await import('../../tools/observe-cluster.js');
  const { loadDialMap } = await import('../../tools/dial-map.js');
  const access = await openCluster(inventory, { base, dialMap: loadDialMap() });
  try {
    return marksOf(await observeCluster(access, { talosOf: [], etcd: false }));
  } finally {
    await access.close();
  }
}

/** Every node that carries an annotation of a run; when Kubernetes did not respond, why. */
export function marksOf({ nodes }: Pick<ClusterObservation, 'nodes'>): LeftOvers {
  const marks: LeftOver[] = [];
  for (const { name, kubernetes } of nodes) {
    if (kubernetes.kind === 'unreachable') return unseen(kubernetes.why);
    const found = kubernetes.value?.marks;
    const run = found?.cordonedBy ?? found?.run ?? installMark(found?.install)?.by;
    if (run) marks.push({ node: name, run });
  }
  return { kind: 'seen', marks };
}

function unseen(why: string): LeftOvers {
  return { kind: 'unseen', why };
}

function printReleased(cluster: string, answer: ReleaseAnswer, leftOvers: LeftOvers): void {
  if (answer.verdict === 'released')
    print(
      [
        `${cluster} is released: runs may start again. It was held by run ${answer.hold.run}.`,
        ...(answer.started ? startedLines(cluster, answer.started) : []),
        ...(answer.stays ? staysLines(cluster, answer.stays) : []),
      ].join('\n'),
    );
  else if (answer.open === null) print(`${cluster} is not held.`);
  else print(`${cluster} is not held: run ${answer.open} is open.`);
  if (leftOvers.kind === 'unseen') {
    say(`The nodes were not looked at for marks a run left: ${sentence(leftOvers.why)}`);
    return;
  }
  if (leftOvers.marks.length === 0) print('No node carries a mark of a run.');
  for (const { node, run } of leftOvers.marks) {
    const reason = { kind: 'left-over-mark', node, run } as const;
    print([sentence(describe(reason)), ...advise(reason, { cluster })].join('\n  '));
  }
  if (leftOvers.marks.length > 0)
    print('Nothing was touched. The next run looks at these nodes first, and takes its marks over.');
}
