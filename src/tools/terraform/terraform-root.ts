import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { CommandOptions, CommandResult } from '../run-command.js';
import { runCommand } from '../run-command.js';
import type { StepFolder } from '../step-folder.js';
import type { RunRecords } from './run-records.js';
import type { Discretion } from './secret-texts.js';
import { backendIn, type StateBackend } from './state-backend.js';
import type { StateBackups } from './state-backup.js';

/** A root module, and the settings of its child processes. */
export interface TerraformRoot {
  readonly tool: 'terraform' | 'tofu';
  readonly version: string;
  /** Path of the program, of exactly that version. */
  readonly program: string;
  readonly step: StepFolder;
  /** The folder of the root module, in a checkout of the step's own. */
  readonly folder: string;
  /** Identifies this state: see `identityOf`. */
  readonly identity: string;
  readonly workspace: string;
  /** Files for `-backend-config`. */
  readonly backendFiles: readonly string[];
  /** Files for `-var-file`. */
  readonly variableFiles: readonly string[];
  /** Environment of Terraform and its providers. */
  readonly env: Readonly<Record<string, string>>;
  /** Redacts secrets in its messages. */
  readonly discretion: Discretion;
  /** The shared provider cache for all steps of this machine. */
  readonly pluginCache: string;
  /** How long to wait for a lock of another owner, in milliseconds. `none`: no lock is taken, and no plan may be applied. */
  readonly lockMs: number | 'none';
  readonly records: RunRecords;
  readonly backups: StateBackups;
}

export interface TerraformLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch after which it is not started any more; nor does it wait for a lock then. */
  readonly startBefore?: number;
  /** Called with one progress sentence, without secrets. */
  readonly says?: (sentence: string) => void;
}

/** Grace time: providers complete what they have in progress and write the state; creating a machine takes minutes. */
const patienceMs = 15 * 60_000;

/** Grace time of a command that writes no state: it has nothing to complete and dies with its worker. */
const mortal = { deathSignal: 'KILL', graceMs: 5_000 } as const;

/** Plans and states of hundreds of machines have some megabytes. */
export const jsonMax = 64 * 1024 * 1024;

const unattended = { TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' };

/** Variables that would change the command, or make Terraform print secrets. */
const ours = /^TF_(CLI_ARGS|LOG|DATA_DIR|WORKSPACE|PLUGIN_CACHE|INPUT|IN_AUTOMATION|REATTACH|FORCE_LOCAL)/;

/** The id of a state: the same in every attempt and every run, as long as slipway.yaml is unchanged. */
export function identityOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/**
 * Starts it once. To stop it, Slipway sends SIGINT once: Terraform completes what its providers do, and writes the state. If its worker
 * dies, it continues alone to its end: the kernel would send SIGINT several times, and the second one makes Terraform exit at once, with
 * its state unwritten. Its output is no pipe for the same reason: a broken one would kill it.
 *
 * The output is not redacted: addresses and values are compared, so whoever shows it uses `discretion`.
 */
export async function runTerraform(
  root: TerraformRoot,
  args: readonly string[],
  limits: TerraformLimits,
  more: Partial<CommandOptions> = {},
): Promise<CommandResult> {
  return runCommand({
    command: root.program,
    args,
    cwd: root.folder,
    env: {
      ...Object.fromEntries(Object.entries(root.env).filter(([name]) => !ours.test(name))),
      ...unattended,
      TF_DATA_DIR: dataFolder(root),
      TF_PLUGIN_CACHE_DIR: root.pluginCache,
      // The default workspace is selected anyway, and backends with a fixed workspace reject the variable. `init` would create a missing
      // workspace.
      ...(root.workspace === 'default' || ['init', 'workspace'].includes(args[0] ?? '')
        ? {}
        : { TF_WORKSPACE: root.workspace }),
    },
    stopSignal: 'SIGINT',
    ...(root.lockMs === 'none' ? mortal : { deathSignal: 'none', graceMs: patienceMs }),
    outputFolder: root.step.folder,
    timeoutMs: limits.timeoutMs,
    ...(limits.signal ? { signal: limits.signal } : {}),
    ...(limits.startBefore === undefined ? {} : { startBefore: limits.startBefore }),
    ...more,
  });
}

/** The whole output; a truncated JSON text is useless. */
export function wholeOutput({ stdout, stdoutTruncated }: CommandResult): string {
  if (stdoutTruncated) throw new Error(`Terraform printed more than ${jsonMax} bytes of JSON`);
  return stdout;
}

/** Where the state is kept, as `init` found it. */
export function backendOf(root: TerraformRoot): Promise<StateBackend> {
  return backendIn(dataFolder(root));
}

/** Creates the folder that all steps share. */
export async function makePluginCache(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

function dataFolder({ step }: TerraformRoot): string {
  return path.join(step.folder, 'terraform-data');
}
