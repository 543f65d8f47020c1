import { randomUUID } from 'node:crypto';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describe, describeStep } from '../planning/reasons/describe.js';
import { failureOf } from '../planning/reasons/failure.js';
import { quoted } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';
import {
  bootSeen,
  neverLeft,
  sendGuarded,
  takeIntentBack,
  type GuardedRequest,
  type MaySend,
  type Sent,
} from './guarded-request.js';
import { requireNodeObject } from './patch-node.js';

export interface RollBackNode extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** Names this rollback: the id of the node's workflow. */
  readonly reboot: string;
  readonly limit: number;
}

/** Talos responds to the request at once. */
const answerMs = 30_000;

/**
 * Takes a preflight check, then has Talos boot the other slot, once: a second rollback would go forward again. A node that halted its
 * run may be unwell, since that is what the rollback repairs; the others must do without it.
 */
export async function rollBackNode(settings: ActivitySettings, step: RollBackNode): Promise<string> {
  const { node, facts, limit } = step;
  const request = guarded(step);
  return inCluster(settings, step, describeStep('roll-back', node.name), async (access, wait) =>
    wait.until(limit, gaveUp(`the rollback of ${node.name}`, limit), async (): Promise<Look<string>> => {
      const seen = await requireNodeObject(access, node.name);
      const earlier = 'an earlier attempt may have sent the rollback; it is not sent again';
      if (request.isMine(seen.marks.reboot)) return { kind: 'done', value: earlier };
      // From Talos: the Node of a kubelet that never started still shows the previous boot.
      const boot = await bootSeen(access, node, wait);
      if (boot.kind === 'answered' && boot.value.bootId !== facts.bootId)
        return { kind: 'done', value: 'it has booted since' };
      try {
        const sent = await sendGuarded(access, wait, request, (may) =>
          sendOnce(access, wait, step, request, may),
        );
        return { kind: 'done', value: sent ?? earlier };
      } catch (error) {
        if (!(error instanceof Refusal) || !failureOf(error.reason).retry) throw error;
        const note = `${node.name} is not rolled back yet: ${describe(error.reason)}`;
        return { kind: 'waiting', reason: error.reason, note };
      }
    }),
  );
}

function guarded({ cluster, run, node, facts, reboot, limit }: RollBackNode): GuardedRequest {
  // Distinguishes this attempt's annotation from an earlier attempt's.
  const attempt = randomUUID();
  return {
    cluster,
    run,
    node,
    facts,
    limit,
    requestMs: answerMs,
    before: `before ${node.name} is rolled back`,
    mark: 'reboot',
    intent: `${reboot} ${attempt}`,
    isMine: (mark) => mark?.split(' ')[0] === reboot,
    ...(node.steps === 'rollback-in-place' ? { repairs: true } : {}),
  };
}

async function sendOnce(
  access: ClusterAccess,
  wait: Wait,
  { node, limit }: RollBackNode,
  request: GuardedRequest,
  { target, before }: MaySend,
): Promise<Sent<string>> {
  const admin = await access.talosctlAdmin(node.from);
  wait.says(`${node.name} answers the rollback request`, wait.endOf(limit));
  try {
    await admin.rollback(target, { timeoutMs: answerMs, signal: wait.sending, startBefore: before });
    return { kind: 'sent', value: 'boots what its other slot holds' };
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    if (neverLeft(error, target)) return { kind: 'late' };
    const why = refusal.exec(error.stderrTail)?.groups?.['why'];
    if (why === undefined) {
      const note = `the answer was lost (${whyNot(error)}); the node shows what became of it`;
      return { kind: 'sent', value: note };
    }
    await takeIntentBack(access, request);
    throw new Refusal({ kind: 'rollback-refused', node: node.name, why: quoted(why) });
  }
}

/** What Talos says where its bootloader has nothing to roll back to. */
const refusal =
  /desc = (?<why>[^\n]*(?:cannot rollback|previous UKI not found|not authorized|label does not exist)[^\n]*)/;
