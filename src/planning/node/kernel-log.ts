/**
 * What Talos 1.13 writes to the kernel log when an installer starts without a reboot
 * (siderolabs/talos internal/app/lifecycle: `starting upgrade: installer_image=…`).
 */
const started = /starting (?:upgrade|install(?:ation)?): installer_image=(?<image>[^\s,]+)/;

/**
 * The image of the last installer that was started in this boot, as far as its kernel log reaches; undefined: none. This is the only trace
 * of an install by another user: Talos does not show which slot boots next.
 */
export function installedInThisBoot(kernelLog: string): string | undefined {
  return kernelLog
    .split('\n')
    .flatMap((line) => started.exec(line)?.groups?.['image'] ?? [])
    .at(-1);
}

/** The first line of a kernel log. */
const first = /: Linux version /;
/** Format of Talos' timestamps. */
const written = /^\s*\w+:\s+\w+: \[(?<at>[^\]]+)\]/;

/** Allowed clock difference to the machine, milliseconds: a larger one closes a gate of its own. */
const clockMs = 600_000;

/**
 * Whether no installer was started in this boot since a moment, in milliseconds: only where the log reaches back to it. A log that has lost
 * its beginning proves nothing.
 */
export function nothingInstalledSince(kernelLog: string, since: number): boolean {
  if (installedInThisBoot(kernelLog) !== undefined) return false;
  const lines = kernelLog.split('\n');
  if (lines.some((line) => first.test(line))) return true;
  const [oldest] = lines.flatMap((line) => written.exec(line)?.groups?.['at'] ?? []);
  return oldest !== undefined && Date.parse(oldest) <= since - clockMs;
}
