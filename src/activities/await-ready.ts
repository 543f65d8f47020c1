import type { PlannedNode } from '../planning/plan/plan.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { Reason } from '../planning/reasons/reason.js';
import { whyNot } from '../tools/observe-cluster.js';
import { nodeObject } from '../tools/kubernetes-observation.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

export interface AwaitReady extends RunReference {
  readonly node: PlannedNode;
  /** The boot Talos reported: the Node must be Ready with this one, not with the previous one. */
  readonly bootId: string;
  /** The version it booted; left out: it booted nothing new. */
  readonly version?: string;
  readonly limit: number;
}

/** Waits until the Node is Ready with the new boot id. */
export async function awaitReady(
  settings: ActivitySettings,
  { node, bootId, version, limit, ...reference }: AwaitReady,
): Promise<string> {
  return inCluster(settings, reference, describeStep('await-ready', node.name), async (access, wait) =>
    wait.until<string>(
      limit,
      (last) => staysNotReady(node, version, limit, last),
      async () => {
        try {
          const found = await access.kubernetes.readNode(node.name, { avoid: node.name });
          if (!found) return { kind: 'waiting', reason: { kind: 'node-missing', node: node.name } };
          const seen = nodeObject(found);
          if (seen.bootId !== bootId) {
            const message = 'its kubelet has not reported since the reboot';
            return {
              kind: 'waiting',
              reason: { kind: 'node-not-ready', node: node.name, since: seen.readySince, message },
            };
          }
          if (seen.ready)
            return { kind: 'done', value: `Ready since ${seen.readySince}, kubelet ${seen.kubeletVersion}` };
          return {
            kind: 'waiting',
            reason: {
              kind: 'node-not-ready',
              node: node.name,
              since: seen.readySince,
              message: seen.readyMessage,
            },
          };
        } catch (error) {
          return {
            kind: 'waiting',
            reason: { kind: 'kubernetes-unreachable', endpoints: [], why: whyNot(error) },
          };
        }
      },
      // One GET for each observation.
      { slowest: 1_000 },
    ),
  );
}

function staysNotReady(node: PlannedNode, version: string | undefined, limit: number, last: Reason): Reason {
  if (last.kind !== 'node-not-ready')
    return { kind: 'gave-up', waitedFor: `${node.name} to be Ready`, limit, reason: last };
  const { since, message } = last;
  return { kind: 'node-stays-not-ready', node: node.name, ...(version ? { version } : {}), since, message };
}
