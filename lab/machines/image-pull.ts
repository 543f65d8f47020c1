import type { ImageSource, InstallerImage } from './image-source.js';
import { Interrupted, pause, reasonOf, unlessInterrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { ImageNamespace } from './pulled-images.js';

/** An image that is not in the registry; the Talos API answers NotFound for it. */
export class ImageNotFound extends Error {
  override readonly name = 'ImageNotFound';
}

/**
 * Pulls an image unless the machine has it, and returns its content. Rejects with ImageNotFound when there is no such image, and with the
 * registry's message when the pull breaks; the machine is unchanged then.
 */
export async function pullImage(
  machine: Machine,
  images: ImageSource,
  pull: { namespace: ImageNamespace; reference: string; signal: AbortSignal },
): Promise<InstallerImage> {
  const { namespace, reference, signal } = pull;
  const there = kept(machine, namespace, reference);
  if (there !== undefined) return there;
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
  machine.pulledImages.add(namespace, reference, content);
  return content;
}

/** The image where it is stored already, unless it has just been cleaned up. */
function kept(machine: Machine, namespace: ImageNamespace, reference: string): InstallerImage | undefined {
  const there = machine.pulledImages.get(namespace, reference);
  if (there === undefined || machine.faults.take('image:kept', machine.name) === undefined) return there;
  machine.pulledImages.remove(namespace, reference);
  return undefined;
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
