import path from 'node:path';
import { runCommand } from './run-command.js';
import type { CallLimits } from './talos-target.js';
import { talosctlPath } from './tool-path.js';

/** talosctl only reads files here and writes one. */
const patchMs = 30_000;

/** Files of a machine configuration; each holds secrets of the cluster. */
export interface PatchedFiles {
  readonly configuration: string;
  /** Merged in this order. */
  readonly patches: readonly string[];
  /** Exists already with private permissions, and is overwritten. */
  readonly output: string;
}

/**
 * Merges patches into a machine configuration as `talosctl apply-config --config-patch` would, without sending it: strategic merge patches
 * and JSON patches, of one document or several.
 *
 * @param version the machine's running version; selects the talosctl minor.
 * @throws CommandFailed whose output may repeat secrets, Refusal `tool-missing`
 */
export async function patchConfiguration(
  version: string,
  { configuration, patches, output }: PatchedFiles,
  { timeoutMs = patchMs, signal }: CallLimits,
): Promise<void> {
  await runCommand({
    command: await talosctlPath(version),
    args: [
      'machineconfig',
      'patch',
      configuration,
      ...patches.flatMap((file) => ['--patch', `@${file}`]),
      '--output',
      output,
    ],
    timeoutMs,
    ...(signal ? { signal } : {}),
  });
}

/** talosctl's reason for rejecting a patch, without the patch's content: the first line, with quoted text removed. */
export function withoutValues(said: string, files: readonly string[]): string {
  const [line = ''] = said.split('\n').filter((one) => one.trim() !== '');
  const named = files.reduce((text, file) => text.replaceAll(file, path.basename(file)), line);
  const bare = named.replaceAll(/`[^`]*`?|"[^"]*"?|'[^']*'?/g, '…').slice(0, 200);
  return bare === '' ? 'talosctl machineconfig patch failed, and did not say why' : bare;
}
