import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import { listed } from '../planning/text/phrases.js';
import { compareNode, illServices } from '../planning/node/verify-node.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { MachineIdentity } from '../planning/terraform/machine-identity.js';
import type { Reason } from '../planning/reasons/reason.js';
import { observeNode, throughOthers, whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { restoreMetadata } from './restore-metadata.js';
import { verifyMachine } from './verify-machine.js';
import { inCluster, type ActivitySettings, type Look, type RunReference } from './activity-context.js';

export interface VerifyNode extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** Terraform's identity of its new machine; left out for a node upgraded in place. */
  readonly machine?: MachineIdentity;
  readonly limit: number;
}

/** The node's own checks: services, extensions, and labels, taints and annotations as before. */
export async function verifyNode(
  settings: ActivitySettings,
  { node, facts, machine, limit, ...reference }: VerifyNode,
): Promise<string> {
  // Once in an attempt: a value that is removed again is somebody's doing, and is reported.
  let given: readonly string[] = [];
  return inCluster(settings, reference, describeStep('verify-node', node.name), async (access, wait) =>
    wait.until<string>(
      limit,
      (last) => last,
      async (): Promise<Look<string>> => {
        const seen = await observeNode(access, node.name, wait.signal);
        const changed = compareNode(facts, seen);
        if (changed?.kind === 'node-changed' && node.replacement && given.length === 0) {
          given = await restoreMetadata(access, node.name, facts, wait.signal);
          if (given.length > 0) return { kind: 'waiting', reason: changed, againMs: 200 };
        }
        if (changed) return { kind: 'waiting', reason: changed };
        try {
          const services = await throughOthers(access.targets(node.name), (target) =>
            access.talos.services(target, { signal: wait.signal }),
          );
          const ill = illServices(facts, services);
          if (ill.length > 0) return { kind: 'waiting', reason: notReady(node, ill) };
          const made = node.replacement
            ? await verifyMachine(access, { node, facts, ...(machine ? { machine } : {}) }, wait.signal)
            : { words: [] };
          if ('wrong' in made) return { kind: 'waiting', reason: made.wrong };
          return {
            kind: 'done',
            value: [
              // The facts before its install were another attempt's to compare.
              node.skip
                ? `${services.length} services are well`
                : `${services.length} services, extensions, labels, taints and annotations are as before`,
              ...made.words,
              ...(given.length === 0 ? [] : [`restored: ${listed(given)}`]),
            ].join('; '),
          };
        } catch (error) {
          if (wait.signal.aborted) throw error;
          return { kind: 'waiting', reason: unreachable(node, error) };
        }
      },
    ),
  );
}

/** Which API did not respond. */
function unreachable({ name: node, address: endpoint }: PlannedNode, error: unknown): Reason {
  if (error instanceof Refusal && error.reason.kind === 'kubernetes-unreachable') return error.reason;
  return { kind: 'talos-unreachable', node, endpoint, why: whyNot(error) };
}

function notReady(node: PlannedNode, services: readonly string[]): Reason {
  return {
    kind: 'talos-not-ready',
    node: node.name,
    stage: 'running',
    unmet: services,
  };
}
