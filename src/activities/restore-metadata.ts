import type { RecordedFacts } from '../planning/node/classify-node.js';
import type { NodeObject } from '../planning/node/observation.js';
import { lostMetadata } from '../planning/node/verify-node.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import type { JsonPatchOperation } from '../tools/kubernetes-api.js';
import { setValues, type NodeTaint } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

/**
 * Restores labels, taints and annotations that a replaced node has lost: its pods may depend on them.
 *
 * @returns what was restored, in words; empty: nothing was lost.
 */
export async function restoreMetadata(
  access: ClusterAccess,
  name: string,
  facts: RecordedFacts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let given: string[] = [];
  const decide = (seen: NodeObject): readonly JsonPatchOperation[] => {
    const { labels, taints, annotations } = lostMetadata(facts, seen);
    given = [
      ...Object.keys(labels).map((key) => `label ${key}`),
      ...taints.map((taint) => `taint ${taint}`),
      ...Object.keys(annotations).map((key) => `annotation ${key}`),
    ];
    if (given.length === 0) return [];
    return setValues(seen, { labels, annotations, taints: taints.map(taintOf) });
  };
  await patchNodeAsSeen(access, name, decide, signal);
  return given;
}

/** `key=value:effect` */
function taintOf(text: string): NodeTaint {
  const [, key = text, value = '', effect = ''] = /^([^=]*)=(.*):([^:]*)$/.exec(text) ?? [];
  return { key, effect, ...(value === '' ? {} : { value }) };
}
