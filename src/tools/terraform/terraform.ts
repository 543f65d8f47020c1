import { chmod, open } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import semver from 'semver';
import type { StateHeader, TerraformPlan, TerraformState } from '../../planning/terraform/terraform-json.js';
import { withLock } from '../binaries/lock.js';
import { Refusal, messageOf } from '../refusal.js';
import { runLocked, tryLock, type LockingRoot } from './locked-run.js';
import { keepStateText, type KeptState } from './state-backup.js';
import { failureOf, type TerraformCommand } from './terraform-failure.js';
import { backendRefusals, type StateBackend } from './state-backend.js';
import {
  backendOf,
  jsonMax,
  makePluginCache,
  runTerraform,
  wholeOutput,
  type TerraformLimits,
  type TerraformRoot,
} from './terraform-root.js';
import { planFrom, stateFrom, stateHeaderFrom } from './terraform-shapes.js';
import { runUnlocked } from './unlocked-plan.js';

/** The inputs of one plan. */
export interface PlanArguments {
  /** Values of a hop, by variable; no secrets: they become arguments of a process. */
  readonly values: Readonly<Record<string, string>>;
  readonly replace: readonly string[];
  readonly targets: readonly string[];
}

/** A saved plan: it holds secrets in clear, and is removed with its step's folder. */
export interface SavedPlan {
  readonly file: string;
  /** False: the machines match the configuration. */
  readonly changes: boolean;
  readonly plan: TerraformPlan;
  readonly made: PlanArguments;
}

/** The state as the backend keeps it. */
export interface PulledState {
  readonly header: StateHeader;
  /** It holds secrets in clear. */
  readonly text: string;
}

export interface Terraform {
  readonly program: { readonly tool: 'terraform' | 'tofu'; readonly version: string };
  /** The environment of Terraform. It holds secrets in clear. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Gets modules and providers, and finds the backend; call it first, once.
   *
   * @throws Refusal `terraform-init-failed`, `terraform-program`, `terraform-local-state`, `terraform-lockless`
   */
  init(limits: TerraformLimits): Promise<StateBackend>;
  plan(what: PlanArguments, limits: TerraformLimits): Promise<SavedPlan>;
  /** Applies exactly the saved plan; Terraform rejects it where the state was written since. */
  apply(saved: SavedPlan, limits: TerraformLimits): Promise<void>;
  state(limits: TerraformLimits): Promise<TerraformState>;
  /** Undefined: the backend holds none. */
  pull(limits: TerraformLimits): Promise<PulledState | undefined>;
  /** Takes the state's lock as a plan does, and releases it. @throws Refusal `terraform-locked`, `terraform-plan-failed` */
  tryLock(values: PlanArguments['values'], limits: TerraformLimits): Promise<void>;
  /** Stores a pulled state, encrypted, beside the etcd snapshots. */
  backUp(pulled: PulledState): Promise<KeptState>;
}

/**
 * Terraform, or OpenTofu, in one root module. Every flag is explicit, it never prompts, and never sends telemetry.
 *
 * @see openTerraform
 */
export function terraform(root: TerraformRoot): Terraform {
  const { tool, version } = root;
  let saved = 0;
  return {
    program: { tool, version },
    env: root.env,
    init: (limits) => init(root, limits),
    plan: (what, limits) => plan(root, path.join(root.step.folder, `plan-${++saved}`), what, limits),
    apply: (made, limits) => apply(root, made, limits),
    state: async (limits) => {
      const shown = await json(root, ['show', '-json', '-no-color'], limits);
      return read(tool, () => stateFrom(shown));
    },
    pull: async (limits) => {
      const text = await json(root, ['state', 'pull'], limits);
      const header = read(tool, () => stateHeaderFrom(text));
      return header && { header, text };
    },
    tryLock: (values, limits) => tryLock(root, [...lockProbe, ...variables(root, { values })], limits),
    backUp: (pulled) => keepStateText(pulled.text, root.backups, root.step),
  };
}

async function init(root: TerraformRoot, limits: TerraformLimits): Promise<StateBackend> {
  const { timeoutMs, signal } = limits;
  await makePluginCache(root.pluginCache);
  const backend = root.backendFiles.map((file) => `-backend-config=${file}`);
  // The lock file in git decides the providers' versions.
  const pinned = existsSync(path.join(root.folder, '.terraform.lock.hcl')) ? ['-lockfile=readonly'] : [];
  // Serialized: two downloads of the same provider at once would corrupt it.
  const lock = { what: `${root.tool} init`, timeoutMs, ...(signal ? { signal } : {}) };
  await withLock(path.join(root.pluginCache, 'slipway.lock'), lock, () =>
    withFailure(root, 'init', () =>
      runTerraform(root, ['init', '-input=false', '-no-color', ...pinned, ...backend], limits),
    ),
  );
  const kept = await backendOf(root);
  const [refusal] = backendRefusals(kept, root);
  if (refusal) throw new Refusal(refusal);
  if (root.workspace !== 'default') await withFailure(root, 'init', () => refuseNewWorkspace(root, limits));
  return kept;
}

async function plan(
  root: TerraformRoot,
  file: string,
  what: PlanArguments,
  limits: TerraformLimits,
): Promise<SavedPlan> {
  const args = [
    'plan',
    '-json',
    '-input=false',
    '-detailed-exitcode',
    `-out=${file}`,
    ...variables(root, what),
    ...what.replace.map((address) => `-replace=${address}`),
    ...what.targets.map((address) => `-target=${address}`),
  ];
  const acceptExitCodes = [0, 2];
  const { exitCode } = takesLocks(root)
    ? await runLocked(root, { operation: 'plan', args, acceptExitCodes }, limits)
    : await runUnlocked(root, args, limits, acceptExitCodes);
  if (!(await isArchive(file)))
    throw new Refusal({ kind: 'terraform-remote-execution', backend: (await backendOf(root)).type });
  await chmod(file, 0o600);
  const shown = await json(root, ['show', '-json', '-no-color', file], limits);
  return { file, changes: exitCode === 2, plan: read(root.tool, () => planFrom(shown)), made: what };
}

/** A plan that reads no machine, and ends where it does not get the lock at once. */
const lockProbe = ['plan', '-json', '-input=false', '-refresh=false', '-lock=true', '-lock-timeout=0s'];

async function apply(root: TerraformRoot, { file, made }: SavedPlan, limits: TerraformLimits): Promise<void> {
  if (!takesLocks(root)) throw new Error('a plan that was made without the lock is not applied');
  const values = variables(root, made);
  const args = ['apply', '-json', '-input=false', ...(takesVariablesAgain(root.version) ? values : []), file];
  await runLocked(root, { operation: 'apply', args, lockProbe: [...lockProbe, ...values] }, limits);
}

function takesLocks(root: TerraformRoot): root is LockingRoot {
  return root.lockMs !== 'none';
}

/** The same rule as `planning/terraform/saved-plan.ts`, which shows it to a person and explains it. */
export function takesVariablesAgain(version: string): boolean {
  return semver.gte(version, '1.11.0');
}

/** Later ones take precedence: a hop's own values. */
function variables(root: TerraformRoot, { values }: Pick<PlanArguments, 'values'>): string[] {
  return [
    ...root.variableFiles.map((file) => `-var-file=${file}`),
    ...Object.entries(values).map(([name, value]) => `-var=${name}=${value}`),
  ];
}

async function withFailure<T>(
  root: TerraformRoot,
  command: TerraformCommand,
  work: () => Promise<T>,
): Promise<T> {
  const { tool, version, discretion } = root;
  try {
    return await work();
  } catch (error) {
    throw failureOf({ tool, version, command, error, diagnostics: [], discretion });
  }
}

/** A command that changes nothing and holds no lock dies with its worker. */
function json(root: TerraformRoot, args: readonly string[], limits: TerraformLimits): Promise<string> {
  return withFailure(root, 'state', async () =>
    wholeOutput(await runTerraform(root, args, limits, { maxBytes: jsonMax, deathSignal: 'KILL' })),
  );
}

/** Terraform treats a missing workspace as an empty one, and would create everything a second time. */
async function refuseNewWorkspace(root: TerraformRoot, limits: TerraformLimits): Promise<void> {
  const { tool, workspace } = root;
  const { stdout } = await runTerraform(root, ['workspace', 'list', '-no-color'], limits);
  const found = stdout.split('\n').flatMap((line) => /^[* ]\s+(\S+)/.exec(line)?.[1] ?? []);
  if (found.includes(workspace)) return;
  const why = `there is no workspace ${workspace}; there is ${found.join(', ') || 'none'}`;
  throw new Refusal({ kind: 'terraform-init-failed', tool, why });
}

/** The error for an unknown shape names its fields only: values may be secret. */
function read<T>(tool: 'terraform' | 'tofu', work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it printed what is no JSON' : messageOf(error);
    throw new Refusal({ kind: 'terraform-state-unreadable', tool, why });
  }
}

/** A plan made here is a zip archive; one made by the remote service is a note with its location. */
async function isArchive(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === 'PK';
  } finally {
    await handle.close();
  }
}
