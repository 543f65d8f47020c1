/** The content of an installer image. */
export interface InstallerImage {
  /** Talos version, e.g. `v1.12.6`. */
  readonly version: string;
  /** Schematic id, 64 hex digits. */
  readonly schematic: string;
  /** System extensions of the schematic, e.g. `siderolabs/qemu-guest-agent`. */
  readonly extensions: readonly string[];
}

/**
 * The machines' source of installer images: the lab's Image Factory. It returns the content of a reference, or undefined when no such image
 * exists. A rejection is a failed pull, and its message is the reason.
 */
export interface ImageSource {
  exists(reference: string): Promise<InstallerImage | undefined>;
}
