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

/** Who cordoned a node: our mark first, since it is set in one patch with the cordon. */
export function cordonOwner(node: Pick<NodeObject, 'unschedulable' | 'marks' | 'annotations'>): CordonOwner {
  if (!node.unschedulable) return { by: 'nobody' };
  if (node.marks.cordonedBy !== undefined) return { by: 'run', run: node.marks.cordonedBy };
  if (node.annotations[talosCordonAnnotation] !== undefined) return { by: 'talos' };
  return { by: 'somebody' };
}

/** Who it was, in words. */
export function cordonOwnerText(owner: CordonOwner): string {
  if (owner.by === 'run') return owner.run;
  return owner.by === 'talos' ? 'Talos itself' : 'somebody';
}
