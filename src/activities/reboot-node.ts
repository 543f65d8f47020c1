import { randomUUID } from 'node:crypto';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describe, describeStep } from '../planning/reasons/describe.js';
import { failureOf } from '../planning/reasons/failure.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
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
import { neverLeft, sendGuarded, type GuardedRequest, type MaySend, type Sent } from './guarded-request.js';
import { requireNodeObject } from './patch-node.js';

export interface RebootNode extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** Names this reboot: the id of the node's workflow. */
  readonly reboot: string;
  readonly limit: number;
}

/** Talos responds to the reboot request at once. */
const answerMs = 30_000;

/**
 * Lifecycle flow: takes another preflight check, then sends the reboot into the installed version, once. Talos asks neither etcd nor
 * Kubernetes here, so the preflight check is the only guard. It waits for what may pass; the node stays armed.
 */
export async function rebootNode(settings: ActivitySettings, step: RebootNode): Promise<string> {
  const { node, facts, limit } = step;
  const request = guarded(step);
  return inCluster(settings, step, describeStep('reboot', node.name), async (access, wait) =>
    wait.until(limit, gaveUp(`the reboot of ${node.name}`, limit), async (): Promise<Look<string>> => {
      const seen = await requireNodeObject(access, node.name);
      if (seen.bootId !== facts.bootId) return { kind: 'done', value: 'it has rebooted already' };
      const earlier = 'an earlier attempt may have sent the reboot; it is not sent again';
      if (request.isMine(seen.marks.reboot)) return { kind: 'done', value: earlier };
      try {
        const sent = await sendGuarded(access, wait, request, (may) => sendOnce(access, wait, step, may));
        return { kind: 'done', value: sent ?? earlier };
      } catch (error) {
        return waitFor(error, node);
      }
    }),
  );
}

function guarded({ cluster, run, node, facts, reboot, limit }: RebootNode): GuardedRequest {
  // Distinguishes this attempt's annotation from an earlier attempt's.
  const attempt = randomUUID();
  return {
    cluster,
    run,
    node,
    facts,
    limit,
    requestMs: answerMs,
    before: `before ${node.name} is rebooted`,
    mark: 'reboot',
    intent: `${reboot} ${attempt}`,
    isMine: (mark) => mark?.split(' ')[0] === reboot,
  };
}

/** Another boot, or another version, that the kubelet has not reported yet: the reboot has happened. */
function hasBooted(reason: Reason): boolean {
  return reason.kind === 'expectation-broken' && ['boot id', 'version'].includes(reason.what);
}

/** Waits for what may pass automatically. @throws what may not. */
function waitFor(error: unknown, node: PlannedNode): Look<string> {
  if (error instanceof Refusal && hasBooted(error.reason))
    return { kind: 'done', value: 'somebody else rebooted it; what it booted is looked at next' };
  if (!(error instanceof Refusal) || !failureOf(error.reason).retry) throw error;
  const note = `${node.name} has the new version installed, and is not rebooted yet: ${describe(error.reason)}`;
  return { kind: 'waiting', reason: error.reason, note };
}

async function sendOnce(
  access: ClusterAccess,
  wait: Wait,
  { node, limit }: RebootNode,
  { target, before }: MaySend,
): Promise<Sent<string>> {
  const admin = await access.talosctlAdmin(node.from);
  const mode = node.rebootMode ?? 'default';
  wait.says(`${node.name} answers the reboot request`, wait.endOf(limit));
  try {
    await admin.reboot(target, mode, { timeoutMs: answerMs, signal: wait.sending, startBefore: before });
    return { kind: 'sent', value: mode === 'powercycle' ? 'reboots through its firmware' : 'reboots' };
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    if (neverLeft(error, target)) return { kind: 'late' };
    const note = `the answer was lost (${whyNot(error)}); the node shows what became of it`;
    return { kind: 'sent', value: note };
  }
}
