/** Talos lists this besides the extensions wherever one of them brings kernel modules; no schematic names it. */
const moduleIndex = 'modules.dep';

/** The actual extensions among those a node lists. */
export function extensionsProper(listed: readonly string[]): string[] {
  return listed.filter((name) => name !== moduleIndex);
}

/**
 * Whether a running extension is this official one. The factory says `siderolabs/nvidia-container-toolkit-production`, the node may say
 * `nvidia-container-toolkit`: the name inside the image omits owner and flavour.
 */
export function isExtension(running: string, official: string): boolean {
  const plain = (name: string): string => name.split('/').at(-1) ?? name;
  return ['', '-production', '-lts'].some((flavour) => plain(official) === `${plain(running)}${flavour}`);
}
