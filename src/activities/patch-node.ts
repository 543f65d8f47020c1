import { fieldManager } from '../planning/node/cordon.js';
import type { NodeObject } from '../planning/node/observation.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { PatchRefused, type JsonPatchOperation } from '../tools/kubernetes-api.js';
import { nodeObject } from '../tools/kubernetes-observation.js';
import { Refusal } from '../tools/refusal.js';

/** Kubelets write their Node every few seconds: a patch that lost against one is retried on the new state. */
const triesMax = 8;

/** The Node object. @throws Refusal `node-missing`. */
export async function requireNodeObject(
  access: Pick<ClusterAccess, 'kubernetes'>,
  name: string,
): Promise<NodeObject> {
  const found = await access.kubernetes.readNode(name, { avoid: name });
  if (!found) throw new Refusal({ kind: 'node-missing', node: name });
  return nodeObject(found);
}

/**
 * Reads a Node, decides on its state, and writes only if nothing changed in between.
 *
 * @param decide the patch for this state; undefined: there is nothing to do. Throws to refuse.
 * @param signal nothing is written once it aborts: another attempt, or the undo, has taken over.
 */
export async function patchNodeAsSeen(
  access: Pick<ClusterAccess, 'kubernetes'>,
  name: string,
  decide: (node: NodeObject) => readonly JsonPatchOperation[] | undefined,
  signal?: AbortSignal,
): Promise<NodeObject> {
  for (let tries = 1; ; tries += 1) {
    const node = await requireNodeObject(access, name);
    const patch = decide(node);
    if (!patch || patch.length === 0) return node;
    signal?.throwIfAborted();
    try {
      const test: JsonPatchOperation = {
        op: 'test',
        path: '/metadata/resourceVersion',
        value: node.resourceVersion,
      };
      const how = { avoid: name, fieldManager };
      return nodeObject(await access.kubernetes.patchNode(name, [test, ...patch], how));
    } catch (error) {
      if (!(error instanceof PatchRefused) || tries >= triesMax) throw error;
    }
  }
}
