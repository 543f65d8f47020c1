import type { NodeObject } from './observation.js';

/** Whose cordon is on a node. */
export type CordonOwner =
  | { readonly by: 'nobody' }
  /** A run of Slipway: `run/<cluster>/<n>`. */
  | { readonly by: 'run'; readonly run: string }
  /** Talos itself, while it upgrades, shuts down or resets; it lifts it again. */
  | { readonly by: 'talos' }
  /** Anybody else: a person, or another program. */
  | { readonly by: 'somebody' };

/** The annotation Talos sets with its own cordon, and looks for before it uncordons. */
export const talosCordonAnnotation = 'talos.dev/cordoned';

/** What Slipway calls itself where it writes to the Kubernetes API, which keeps with each field who set it. */
export const fieldManager = 'slipway';

/** The part of a Node that tells whose its cordon is. */
type Cordoned = Pick<NodeObject, 'unschedulable' | 'cordonSetBy' | 'marks' | 'annotations'>;

/**
 * Who cordoned a node. Our mark comes first, since it is set in one patch with the cordon; but it stays behind where a person
 * uncordons, and says nothing of a cordon that somebody else set since.
 */
export function cordonOwner(node: Cordoned): CordonOwner {
  if (!node.unschedulable) return { by: 'nobody' };
  if (node.marks.cordonedBy !== undefined && mayBeOurs(node))
    return { by: 'run', run: node.marks.cordonedBy };
  if (node.annotations[talosCordonAnnotation] !== undefined) return { by: 'talos' };
  return { by: 'somebody' };
}

/** Where the API server does not say who set it, the mark stands. */
function mayBeOurs({ cordonSetBy = [] }: Cordoned): boolean {
  return cordonSetBy.length === 0 || cordonSetBy.includes(fieldManager);
}

/** Who it was, in words. */
export function cordonOwnerText(owner: CordonOwner): string {
  if (owner.by === 'run') return owner.run;
  return owner.by === 'talos' ? 'Talos itself' : 'somebody';
}
