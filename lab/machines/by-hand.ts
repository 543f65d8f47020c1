import type { Machine } from './machine.js';
import type { ImageNamespace } from './pulled-images.js';
import { hasLifecycleService } from './talos-services.js';

/**
 * An out-of-band change of a machine just after an image was pulled, where a fault requests it. An upgrade or an install continues in the
 * background, and fails as it would for any client; evictions are over before the pull is answered.
 */
export async function actByHand(machine: Machine, image: string, namespace: ImageNamespace): Promise<void> {
  const fault = machine.faults.take('image:pulled', machine.name);
  if (fault === undefined) return;
  if (fault === 'eviction-left-undone') return machine.parts.leaveEvictionsUndone(machine);
  const done = fault === 'installed-by-hand' ? install : upgrade;
  done(machine, image, namespace).catch(() => {
    // The machine's log has the rejection.
  });
}

async function upgrade(machine: Machine, image: string, namespace: ImageNamespace): Promise<void> {
  if (!hasLifecycleService(machine.version)) {
    await machine.upgrade({ image, force: true, rebootMode: 'DEFAULT' });
    return;
  }
  await install(machine, image, namespace);
  if (machine.armed) machine.reboot('DEFAULT');
}

async function install(machine: Machine, image: string, namespace: ImageNamespace): Promise<void> {
  if (hasLifecycleService(machine.version)) await machine.lifecycle.run({ image, namespace }, () => {});
}
