import type { ImageSource, InstallerImage } from './image-source.js';
import { Interrupted, pause, reasonOf, unlessInterrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { ImageNamespace } from './pulled-images.js';

/** An image the registry says it does not have; the Talos API answers NotFound for it. */
export class ImageNotFound extends Error {
  override readonly name = 'ImageNotFound';
}

/**
 * Pulls an image unless the machine has it. Rejects with ImageNotFound when there is no such image, and with the
 * registry's words when the pull breaks. Nothing on the machine changes then.
 */
export async function pullImage(
  machine: Machine,
  images: ImageSource,
  pull: { namespace: ImageNamespace; reference: string; signal: AbortSignal },
): Promise<void> {
  const { namespace, reference, signal } = pull;
  if (machine.pulledImages.has(namespace, reference)) return;
  const missing = machine.faults.take('image:looked-up', machine.name) !== undefined;
  const content = missing ? undefined : await lookUp(images, reference, signal);
  if (content === undefined) {
    throw new ImageNotFound(
      `failed to pull image "${reference}": failed to resolve image: ${reference}: not found`,
    );
  }
  if (machine.faults.take('image:pulling', machine.name) !== undefined) {
    throw new Error(
      `failed to pull image "${reference}": failed to copy: httpReadSeeker: failed open: unexpected EOF`,
    );
  }
  await pause(machine.durations.pull, signal);
  machine.pulledImages.add(namespace, reference);
}

async function lookUp(
  images: ImageSource,
  reference: string,
  signal: AbortSignal,
): Promise<InstallerImage | undefined> {
  try {
    return await unlessInterrupted(images.exists(reference), signal);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    throw new Error(`failed to pull image "${reference}": ${reasonOf(error)}`, { cause: error });
  }
}
