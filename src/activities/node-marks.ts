import type { NodeObject } from '../planning/node/observation.js';
import { markAnnotations } from '../tools/kubernetes-observation.js';
import type { JsonPatchOperation } from '../tools/kubernetes-api.js';

/** The JSON pointer of an annotation (RFC 6901: `/` is `~1`). */
function pointer(annotation: string): string {
  return `/metadata/annotations/${escaped(annotation)}`;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Sets Slipway's annotations; creates `/metadata/annotations` where the Node has none. */
export function setMarks(
  node: NodeObject,
  marks: Partial<Record<keyof typeof markAnnotations, string>>,
): JsonPatchOperation[] {
  const make: JsonPatchOperation[] =
    Object.keys(node.annotations).length === 0
      ? [{ op: 'add', path: '/metadata/annotations', value: {} }]
      : [];
  const set = Object.entries(marks).map(([mark, value]): JsonPatchOperation => ({
    op: 'add',
    path: pointer(markAnnotations[mark as keyof typeof marks]),
    value,
  }));
  return [...make, ...set];
}

/** A taint as the Kubernetes API writes it. */
export interface NodeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** Adds labels, annotations and taints to the existing ones. */
export function setValues(
  node: NodeObject,
  { labels, annotations, taints }: { labels: Texts; annotations: Texts; taints: readonly NodeTaint[] },
): JsonPatchOperation[] {
  const each = (place: 'labels' | 'annotations', now: Texts, added: Texts): JsonPatchOperation[] => {
    const operations = Object.entries(added).map(([key, value]): JsonPatchOperation => ({
      op: 'add',
      path: `/metadata/${place}/${escaped(key)}`,
      value,
    }));
    const isMissing = operations.length > 0 && Object.keys(now).length === 0;
    return isMissing ? [{ op: 'add', path: `/metadata/${place}`, value: {} }, ...operations] : operations;
  };
  const first: JsonPatchOperation[] =
    taints.length > 0 && node.taints.length === 0 ? [{ op: 'add', path: '/spec/taints', value: [] }] : [];
  return [
    ...each('labels', node.labels, labels),
    ...each('annotations', node.annotations, annotations),
    ...first,
    ...taints.map((value): JsonPatchOperation => ({ op: 'add', path: '/spec/taints/-', value })),
  ];
}

type Texts = Readonly<Record<string, string>>;

type Mark = keyof typeof markAnnotations;

/** Removes Slipway's annotations. */
export function removeMarks(node: NodeObject): JsonPatchOperation[] {
  return (Object.keys(markAnnotations) as Mark[]).flatMap((mark) => removeMark(node, mark));
}

/** Removes one of Slipway's annotations, where it exists: a patch that removes a missing one fails. */
export function removeMark(node: NodeObject, mark: Mark): JsonPatchOperation[] {
  const annotation = markAnnotations[mark];
  return node.annotations[annotation] === undefined ? [] : [{ op: 'remove', path: pointer(annotation) }];
}

/** `spec.unschedulable`; removing it where it is missing would be an error. */
export function setUnschedulable(node: NodeObject, unschedulable: boolean): JsonPatchOperation[] {
  if (node.unschedulable === unschedulable) return [];
  return unschedulable
    ? [{ op: 'add', path: '/spec/unschedulable', value: true }]
    : [{ op: 'remove', path: '/spec/unschedulable' }];
}
