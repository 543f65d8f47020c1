import type { NodeObject } from './observation.js';

/** Owner of the cordon on a node. */
export type CordonOwner =
  | { readonly by: 'nobody' }
  /** A run of Slipway: `run/<cluster>/<n>`. */
  | { readonly by: 'run'; readonly run: string }
  /** Talos itself, while it upgrades, shuts down or resets; Talos removes it again. */
  | { readonly by: 'talos' }
  /** Another user or program. */
  | { readonly by: 'somebody' };

/** The annotation Talos sets with its own cordon, and checks before it uncordons. */
export const talosCordonAnnotation = 'talos.dev/cordoned';

/** Slipway's field manager in the Kubernetes API, which records who set each field. */
export const fieldManager = 'slipway';

/** The part of a Node that shows who set its cordon. */
type Cordoned = Pick<NodeObject, 'unschedulable' | 'cordonSetBy' | 'marks' | 'annotations'>;

/**
 * Who cordoned a node. Slipway's annotation comes first, since it is set in one patch with the cordon. It stays behind where a person
 * uncordons, and says nothing of a cordon that another user set since.
 */
export function cordonOwner(node: Cordoned): CordonOwner {
  if (!node.unschedulable) return { by: 'nobody' };
  if (node.marks.cordonedBy !== undefined && mayBeOurs(node))
    return { by: 'run', run: node.marks.cordonedBy };
  if (node.annotations[talosCordonAnnotation] !== undefined) return { by: 'talos' };
  return { by: 'somebody' };
}

/** Where the API server does not report the field manager, the annotation counts. */
function mayBeOurs({ cordonSetBy = [] }: Cordoned): boolean {
  return cordonSetBy.length === 0 || cordonSetBy.includes(fieldManager);
}

/** The owner, in words. */
export function cordonOwnerText(owner: CordonOwner): string {
  if (owner.by === 'run') return owner.run;
  return owner.by === 'talos' ? 'Talos itself' : 'somebody';
}
