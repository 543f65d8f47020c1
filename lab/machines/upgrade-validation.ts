import { validateEtcdForUpgrade } from './etcd-upgrade-check.js';
import { Interrupted, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';
import type { UpgradeRequest } from './reboot.js';

/**
 * What Talos looks at before it answers an upgrade: the image can be pulled and, on a control plane and unless it is
 * forced, etcd is in order. Rejects in Talos' words, and with Interrupted when `signal` has aborted by the end.
 */
export async function validateUpgrade(
  machine: Machine,
  request: UpgradeRequest,
  signal: AbortSignal,
): Promise<void> {
  const { image, force } = request;
  try {
    await machine.pull('system', image, signal);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    throw new Error(`error validating installer image "${image}": ${reasonOf(error)}`, { cause: error });
  }
  if (machine.role === 'control-plane' && !force) await validateEtcdForUpgrade(machine, signal);
  if (signal.aborted) throw new Interrupted();
}
