import type { ImageSource, InstallerImage } from '../../../lab/machines/image-source.js';

/** Schematic of the tests' control planes. */
export const CONTROL_SCHEMATIC = '366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2';
/** Schematic of the tests' workers. */
export const WORKER_SCHEMATIC = '990731763242a6b3cf735e49d0f550ce4068b4d0e7f4dfbb49a31799b698877e';

const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  [CONTROL_SCHEMATIC]: ['siderolabs/qemu-guest-agent'],
  [WORKER_SCHEMATIC]: ['siderolabs/qemu-guest-agent', 'siderolabs/nvidia-container-toolkit-production'],
};

const VERSIONS = ['v1.9.5', 'v1.11.5', 'v1.12.1', 'v1.12.2', 'v1.12.6', 'v1.13.1', 'v1.13.9', 'v1.16.0'];

/** The installer image of a schematic and a version. */
export function installer(schematic: string, version: string): string {
  return `factory.talos.dev/nocloud-installer/${schematic}:${version}`;
}

/** An image source that knows two schematics in a few versions, and records its requests. */
export class FakeImages implements ImageSource {
  readonly asked: string[] = [];

  async exists(reference: string): Promise<InstallerImage | undefined> {
    this.asked.push(reference);
    const [, schematic = '', version = ''] =
      /^factory\.talos\.dev\/nocloud-installer\/([0-9a-f]{64}):(v.+)$/.exec(reference) ?? [];
    const extensions = EXTENSIONS[schematic];
    return extensions === undefined || !VERSIONS.includes(version)
      ? undefined
      : { version, schematic, extensions };
  }
}
