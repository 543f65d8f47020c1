import path from 'node:path';
import { runCommand } from './run-command.js';
import type { CallLimits } from './talos-target.js';
import { talosctlPath } from './tool-path.js';

/** It reads files and writes one. */
const patchMs = 30_000;

/** Files of a machine configuration; each holds secrets of the cluster. */
export interface PatchedFiles {
  readonly configuration: string;
  /** Merged one after the other. */
  readonly patches: readonly string[];
  /** Is there already, so that nobody else may read it, and is written over. */
  readonly output: string;
}

/**
 * Merges patches into a machine configuration as `talosctl apply-config --config-patch` would, without sending it: strategic merge
 * patches and JSON patches, of one document or several.
 *
 * @param version what the machine runs: the client is of that minor.
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

/** What talosctl says of a patch, without what it repeats of it: its first line, and nothing in quotation marks. */
export function withoutValues(said: string, files: readonly string[]): string {
  const [line = ''] = said.split('\n').filter((one) => one.trim() !== '');
  const named = files.reduce((text, file) => text.replaceAll(file, path.basename(file)), line);
  const bare = named.replaceAll(/`[^`]*`?|"[^"]*"?|'[^']*'?/g, '…').slice(0, 200);
  return bare === '' ? 'talosctl machineconfig patch failed, and did not say why' : bare;
}
