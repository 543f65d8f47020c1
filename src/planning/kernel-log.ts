/**
 * What Talos 1.13 writes to the kernel log when an installer starts without a reboot
 * (siderolabs/talos internal/app/lifecycle: `starting upgrade: installer_image=…`).
 */
const started = /starting (?:upgrade|install(?:ation)?): installer_image=(?<image>[^\s,]+)/;

/**
 * The image of the last installer that was started in this boot, as far as its kernel log reaches; undefined: none.
 * It is the one trace of somebody else's install: Talos does not show which slot boots next.
 */
export function installedInThisBoot(kernelLog: string): string | undefined {
  return kernelLog
    .split('\n')
    .flatMap((line) => started.exec(line)?.groups?.['image'] ?? [])
    .at(-1);
}
