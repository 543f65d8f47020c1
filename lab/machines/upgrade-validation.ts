import { status } from '@grpc/grpc-js';
import { validateEtcdForUpgrade } from './etcd-upgrade-check.js';
import type { InstallerImage } from './image-source.js';
import { Interrupted, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';
import type { UpgradeRequest } from './reboot.js';
import { Refusal } from './refusal.js';
import { hasLifecycleService } from './talos-services.js';

/**
 * Talos' checks before it answers a legacy upgrade: the image can be pulled and, on a control plane and unless it is forced, etcd is in
 * order. Returns the image's content. Rejects in Talos' words, and with Interrupted when `signal` has aborted by the end.
 */
export async function validateUpgrade(
  machine: Machine,
  request: UpgradeRequest,
  signal: AbortSignal,
): Promise<InstallerImage> {
  const { image } = request;
  if (!machine.installed) throw new Refusal(status.FAILED_PRECONDITION, 'Talos is not installed');
  let content: InstallerImage;
  try {
    content = await machine.pull('inmem', image, signal);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    throw new Error(`error validating installer image "${image}": ${reasonOf(error)}`, { cause: error });
  }
  if (looksAtEtcd(machine, request)) await validateEtcdForUpgrade(machine, signal);
  if (signal.aborted) throw new Interrupted();
  return content;
}

function looksAtEtcd({ role, version }: Machine, { force, preserve }: UpgradeRequest): boolean {
  const skipped = force || (preserve === true && hasLifecycleService(version));
  return role === 'control-plane' && !skipped;
}
