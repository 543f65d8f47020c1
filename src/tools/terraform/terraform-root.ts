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

/** A root module, and what its children get. */
export interface TerraformRoot {
  readonly tool: 'terraform' | 'tofu';
  readonly version: string;
  /** Path of the program, of exactly that version. */
  readonly program: string;
  readonly step: StepFolder;
  /** The folder of the root module, in a checkout of the step's own. */
  readonly folder: string;
  /** Tells this state from others: see `identityOf`. */
  readonly identity: string;
  readonly workspace: string;
  /** Files for `-backend-config`. */
  readonly backendFiles: readonly string[];
  /** Files for `-var-file`. */
  readonly variableFiles: readonly string[];
  /** Environment of Terraform and its providers. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes secrets out of its messages. */
  readonly discretion: Discretion;
  /** Providers are fetched into it once, for all steps of this machine. */
  readonly pluginCache: string;
  /** How long a lock of somebody else is waited for, in milliseconds. `none`: none is taken, and no plan may be applied. */
  readonly lockMs: number | 'none';
  readonly records: RunRecords;
  readonly backups: StateBackups;
}

export interface TerraformLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch after which it is not started any more; nor is any lock waited for then. */
  readonly startBefore?: number;
  /** One sentence on how far it is, without secrets. */
  readonly says?: (sentence: string) => void;
}

/** Providers finish what they have in hand and write the state: for a machine being made that takes minutes. */
const patienceMs = 15 * 60_000;

/** Of one that writes no state: it has nothing to finish, dies with its worker, and keeps nobody waiting. */
const mortal = { deathSignal: 'KILL', graceMs: 5_000 } as const;

/** Plans and states of hundreds of machines are some megabytes. */
export const jsonMax = 64 * 1024 * 1024;

const unattended = { TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' };

/** Variables that would change what is asked of Terraform, or make it tell secrets. */
const ours = /^TF_(CLI_ARGS|LOG|DATA_DIR|WORKSPACE|PLUGIN_CACHE|INPUT|IN_AUTOMATION|REATTACH|FORCE_LOCAL)/;

/** Which state: the same in every attempt and every run, as long as slipway.yaml says the same. */
export function identityOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/**
 * Starts it once. One that must stop gets SIGINT once: it finishes what its providers do, and writes the state. One whose
 * worker dies goes on alone to its end: the kernel would send it SIGINT several times, and the second one makes Terraform leave
 * at once, with its state unwritten. Nor is its output a pipe, of whose break it would die in the same way.
 *
 * No secret is taken out of the output: addresses and values are compared, so whoever tells of it uses `discretion`.
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
      // The default one is chosen anyway, and backends with a fixed workspace refuse to be told. To `init` a workspace that is
      // not there would be one to make.
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

/** All of what it printed; half of a JSON text is none. */
export function wholeOutput({ stdout, stdoutTruncated }: CommandResult): string {
  if (stdoutTruncated) throw new Error(`Terraform printed more than ${jsonMax} bytes of JSON`);
  return stdout;
}

/** Where the state is kept, as `init` found it. */
export function backendOf(root: TerraformRoot): Promise<StateBackend> {
  return backendIn(dataFolder(root));
}

/** Makes the folder that all steps share. */
export async function makePluginCache(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

function dataFolder({ step }: TerraformRoot): string {
  return path.join(step.folder, 'terraform-data');
}
