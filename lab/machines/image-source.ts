/** What an installer image would put on a machine. */
export interface InstallerImage {
  /** Talos version, e.g. `v1.12.6`. */
  readonly version: string;
  /** Schematic id, 64 hex digits. */
  readonly schematic: string;
  /** System extensions of the schematic, e.g. `siderolabs/qemu-guest-agent`. */
  readonly extensions: readonly string[];
}

/**
 * Where machines get installer images from: the lab's Image Factory. It answers what the reference would install,
 * or undefined when no such image exists. A rejection is a pull that failed, and its message is the reason.
 */
export interface ImageSource {
  exists(reference: string): Promise<InstallerImage | undefined>;
}
