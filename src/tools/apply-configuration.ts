import { runCommand } from './run-command.js';
import { lookMs, type CallLimits } from './talos-target.js';
import { talosctlPath } from './tool-path.js';

/** A machine in maintenance mode, as observed. */
export interface UnconfiguredMachine {
  /** Where to connect. */
  readonly endpoint: string;
  /** Running version, `v1.13.9`; selects the talosctl minor. */
  readonly version: string;
  /** Fingerprint of its certificate: talosctl sends only to the machine that shows it. */
  readonly fingerprint: string;
}

/**
 * Sends a machine its first configuration: `talosctl apply-config --insecure`, pinned to the observed certificate.
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
