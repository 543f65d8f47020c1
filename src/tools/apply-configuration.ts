import { runCommand } from './run-command.js';
import { lookMs, type CallLimits } from './talos-target.js';
import { talosctlPath } from './tool-path.js';

/** A machine in maintenance mode, as it was seen. */
export interface UnconfiguredMachine {
  /** Where to connect. */
  readonly endpoint: string;
  /** `v1.13.9`: the client is of that minor. */
  readonly version: string;
  /** Of its certificate: it goes to this machine or to none. */
  readonly fingerprint: string;
}

/**
 * Gives a machine its first configuration: `talosctl apply-config --insecure`, to the one whose certificate was seen.
 *
 * @param file the whole machine configuration; it holds the cluster's secrets.
 * @throws CommandFailed, Refusal `tool-missing`
 */
export async function applyConfiguration(
  { endpoint, version, fingerprint }: UnconfiguredMachine,
  file: string,
  { timeoutMs = lookMs, signal }: CallLimits,
): Promise<void> {
  await runCommand({
    command: await talosctlPath(version),
    args: [
      'apply-config',
      '--insecure',
      '--nodes',
      endpoint,
      '--cert-fingerprint',
      fingerprint,
      '--mode',
      'auto',
      '--file',
      file,
    ],
    timeoutMs,
    ...(signal ? { signal } : {}),
  });
}
