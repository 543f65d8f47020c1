import type { Reason } from './reason.js';

/**
 * A reason as it may stand where everybody reads it who may read the repository: files are named as slipway.yaml does, not by where the
 * worker has them.
 *
 * @param folder the folder of the worker at which relative credential files start.
 */
export function reasonInPublic(reason: Reason, folder: string): Reason {
  if (reason.kind !== 'credential-unreadable') return reason;
  const start = folder.endsWith('/') ? folder : `${folder}/`;
  return { ...reason, why: reason.why.replaceAll(start, '') };
}
