import { Context } from '@temporalio/activity';
import { describeStep } from '../planning/reasons/describe.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { askForImage } from '../tools/image-factory.js';
import { throughOthers, whyNot } from '../tools/observe-cluster.js';
import { ProcessSlots } from '../tools/process-slots.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import type { ClusterAccess } from '../tools/cluster-access.js';

export interface PrepareImage extends RunReference {
  readonly node: PlannedNode;
  readonly limit: number;
}

/**
 * Has the factory build the installer image and the node pull it, before the node is cordoned: a slow or rate-limited factory is
 * waited for here, where waiting costs nothing.
 */
export async function prepareImage(
  settings: ActivitySettings,
  { node, limit, ...reference }: PrepareImage,
): Promise<string> {
  return inCluster(settings, reference, describeStep('prepare-image', node.name), async (access, wait) => {
    await factoryHasIt(access, wait, node.image, limit);
    await inTurn(wait, node, limit, () => nodePullsIt(access, wait, node, limit));
    return `${node.image} is on the node`;
  });
}

/** How many nodes pull at the same time, in all clusters: a factory that is asked too often answers all with 429. */
const pulls = new ProcessSlots(2);

async function inTurn(
  wait: Wait,
  node: PlannedNode,
  limit: number,
  pull: () => Promise<void>,
): Promise<void> {
  const queued = (ahead: number): void =>
    wait.says(`${node.name} pulls ${node.image} after ${ahead + 1} others`, wait.endOf(limit));
  const release = await pulls.acquire(wait.signal, queued);
  try {
    await pull();
  } finally {
    release();
  }
}

/** Waits until the factory has an image, built where necessary. @throws Refusal `image-missing`, `image-unavailable` */
export async function factoryHasIt(
  access: ClusterAccess,
  wait: Wait,
  image: string,
  limit: number,
): Promise<void> {
  const end = wait.endOf(limit);
  wait.says(`the factory builds ${image}`, end);
  for (;;) {
    const answer = await askForImage(image, access.dialMap, wait.signal);
    if (answer.kind === 'there') return;
    if (answer.kind === 'missing') throw new Refusal({ kind: 'image-missing', image, status: answer.status });
    const again = Date.now() + answer.retryAfterMs;
    if (again > end) throw new Refusal({ kind: 'image-unavailable', image, why: answer.why });
    wait.says(`${answer.why} for ${image}; asked again in ${Math.ceil(answer.retryAfterMs / 1000)} s`, end);
    await Context.current().sleep(answer.retryAfterMs);
  }
}

async function nodePullsIt(
  access: ClusterAccess,
  wait: Wait,
  node: PlannedNode,
  limit: number,
): Promise<void> {
  const end = wait.endOf(limit);
  const admin = await access.talosctlAdmin(node.from);
  wait.says(`${node.name} pulls ${node.image}`, end);
  for (;;) {
    const timeoutMs = Math.max(1_000, end - Date.now());
    try {
      await throughOthers(access.targets(node.name), (target) =>
        admin.imagePull(target, node.image, { timeoutMs, signal: wait.signal }),
      );
      return;
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.cancelled) throw error;
      const why = whyNot(error);
      const missing = /not ?found|unauthorized|manifest unknown/i.test(error.stderrTail);
      if (missing || Date.now() + wait.look > end) {
        throw new Refusal({ kind: 'image-pull-failed', node: node.name, image: node.image, why });
      }
      wait.says(`${node.name} could not pull ${node.image}: ${why}; it tries again`, end);
      await Context.current().sleep(wait.look);
    }
  }
}
