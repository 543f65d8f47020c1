import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../process-identity.js';
import { Refusal } from '../refusal.js';
import { CommandFailed, type CommandResult } from '../run-command.js';
import { holdStepFolder } from '../step-folder.js';
import { livingTerraforms } from './living-terraforms.js';
import { judgeLock, type LockJudgement } from './lock-owner.js';
import { whoHere, type KeptRun, type OpenRun } from './run-records.js';
import { keepState } from './state-backup.js';
import { keptLock, lockIn, operationWord, type StateLock } from './state-lock.js';
import { eventOf, hearDiagnostics, type Diagnostic } from './terraform-events.js';
import { errorsOf, failureOf } from './terraform-failure.js';
import { runTerraform, type TerraformLimits, type TerraformRoot } from './terraform-root.js';

/** A plan or an apply: a command that takes the state's lock. */
export interface LockedRun {
  readonly operation: 'plan' | 'apply';
  /** All arguments except those of the lock; `-json` is among them. */
  readonly args: readonly string[];
  readonly acceptExitCodes?: readonly number[];
  /** Arguments with which a plan stops at the lock and reports its id. */
  readonly lockProbe?: readonly string[];
}

/** A root whose plans take the lock. */
export type LockingRoot = TerraformRoot & { readonly lockMs: number };

/** Releases of a dead Terraform's lock in one run: one is enough, unless another attempt dies meanwhile. */
const releasesMax = 2;
const pollMs = 500;

/**
 * Runs a command that takes the lock. It first waits for an earlier Terraform of ours that runs here, for at most `timeoutMs`: that one
 * replaces machines, and the next step depends on its result. A lock is released when its owner is proven dead (`judgeLock`). It waits
 * `lockMs` for any other lock, and then reports it. With `lockMs` 0 it waits for nothing, and with `startBefore` for no lock.
 *
 * @throws Refusal `terraform-locked`, `terraform-state-unwritten`, and those of the command.
 */
export async function runLocked(
  root: LockingRoot,
  run: LockedRun,
  given: TerraformLimits,
): Promise<CommandResult> {
  const stepEnd = Date.now() + given.timeoutMs;
  await afterEarlierRuns(root, given, root.lockMs === 0 ? Date.now() : stepEnd);
  // The wait counts towards the step's time limit.
  const limits = { ...given, timeoutMs: Math.max(1_000, stepEnd - Date.now()) };
  const end = Math.min(stepEnd, Date.now() + root.lockMs);
  // The observation that the command rests on ages while it waits.
  const now = limits.startBefore !== undefined;
  let releases = 0;
  for (let tries = 1; ; tries += 1) {
    const left = await root.records.of(root.identity);
    // The lock of a dead process is better detected at once than after five minutes.
    const patient = now || tries > 1 || !left.some(({ life }) => life === 'dead');
    const askedAt = Date.now();
    const attempt = await once(root, run, patient && !now ? Math.max(0, end - Date.now()) : 0, limits);
    if (attempt.ok) {
      // Whoever holds the lock has no other owner to wait for.
      for (const old of left)
        if (old.life === 'dead' && !existsSync(unwritten(old.folder))) root.records.forget(old);
      return attempt.result;
    }
    if (!attempt.lock) throw attempt.failure;
    const judgement = await judged(root, attempt.lock, askedAt);
    if (!now && judgement.release && attempt.lock.id !== undefined && releases < releasesMax) {
      releases += 1;
      limits.says?.(
        `releases the lock of process ${judgement.run.pid}, which Slipway started and which is dead`,
      );
      await release(root, attempt.lock.id, limits);
    } else if (patient) throw refusal(attempt.lock, judgement);
  }
}

/**
 * Takes the lock as a plan does, and releases it: it waits for nothing, releases no other lock, and records nothing.
 *
 * @param args of a plan that reads no machine.
 * @throws Refusal `terraform-locked`, `terraform-plan-failed`
 */
export async function tryLock(
  root: TerraformRoot,
  args: readonly string[],
  limits: TerraformLimits,
): Promise<void> {
  const askedAt = Date.now();
  const { error, diagnostics } = await probe(root, args, limits);
  if (error === undefined) return;
  const lock = errorsOf(error, diagnostics)
    .map(lockIn)
    .find((one) => one !== undefined);
  if (lock) throw refusal(lock, await judged(root, lock, askedAt), 'the next run releases it');
  const { tool, version, discretion } = root;
  throw failureOf({ tool, version, command: 'plan', error, diagnostics, discretion });
}

async function judged(root: TerraformRoot, lock: StateLock, askedAt: number): Promise<LockJudgement> {
  // A process id of another place means another process here.
  const recorded = (await root.records.all()).filter(({ life }) => life !== 'unknown');
  return judgeLock(lock, {
    runs: await root.records.of(root.identity),
    askedAt,
    who: whoHere(),
    strangers: livingTerraforms(new Set(recorded.map(({ pid }) => pid))),
  });
}

/** The lock's description, as a Terraform that tries once gets it. */
async function probe(
  root: TerraformRoot,
  args: readonly string[],
  limits: TerraformLimits,
): Promise<{ readonly error: unknown; readonly diagnostics: readonly Diagnostic[] }> {
  const { diagnostics, onLine } = hearDiagnostics();
  const asked = runTerraform(root, args, limits, { onLine });
  return { error: await asked.then(() => undefined).catch((error: unknown) => error), diagnostics };
}

/**
 * Waits for a Terraform that outlived its worker, and fetches the state that it could not write to the backend. After `startBefore` it
 * stops waiting: the command is not started, and the caller observes again.
 */
async function afterEarlierRuns(
  root: TerraformRoot,
  { says, signal, startBefore = Infinity }: TerraformLimits,
  end: number,
): Promise<void> {
  for (;;) {
    const runs = await root.records.of(root.identity);
    for (const run of runs)
      if (run.life === 'dead') await rescue(root, run.folder, () => root.records.forget(run));
    const living = runs.find(({ life }) => life === 'lives');
    if (!living || Date.now() > startBefore) return;
    if (Date.now() >= end) throw stillAtWork(living);
    says?.(
      `process ${living.pid} of an earlier attempt finishes what it has in hand, and is waited for to the end of this step`,
    );
    await sleep(pollMs, undefined, signal ? { signal } : {});
  }
}

type Attempt =
  | { readonly ok: true; readonly result: CommandResult }
  | { readonly ok: false; readonly failure: unknown; readonly lock: StateLock | undefined };

async function once(
  root: LockingRoot,
  { operation, args, acceptExitCodes = [0], lockProbe }: LockedRun,
  waitMs: number,
  limits: TerraformLimits,
): Promise<Attempt> {
  const diagnostics: Diagnostic[] = [];
  const inHand = new Set<string>();
  const over = new AbortController();
  const record = await root.records.prepare();
  let open: OpenRun | undefined;
  let asked: Promise<void> | undefined;
  const hear = (line: string): void => {
    const event = eventOf(line);
    if (event?.kind === 'diagnostic') diagnostics.push(event.diagnostic);
    if (event?.kind === 'waits-for-lock') limits.says?.('waits for the lock of the Terraform state');
    if (event?.kind !== 'progress') return;
    if (event.change === 'begins') inHand.add(event.address);
    if (event.change === 'ends') inHand.delete(event.address);
    if (open && lockProbe && event.change === 'begins')
      asked ??= recordLock(root, lockProbe, open, () => inHand.size > 0, over.signal);
    limits.says?.(`${root.tool} ${event.sentence}`);
  };
  const lockArgs = ['-lock=true', `-lock-timeout=${Math.ceil(waitMs / 1000)}s`];
  const [command = operation, ...rest] = args;
  let clean = false;
  try {
    const result = await runTerraform(root, [command, ...lockArgs, ...rest], limits, {
      acceptExitCodes,
      onStart: (pid) => {
        const { identity, version, folder } = root;
        open = record(pid, { root: identity, version, operation, startedAt: Date.now(), folder });
        holdStepFolder(root.step.folder, open.identity, unwritten(folder));
      },
      onLine: (stream, line) => {
        if (stream === 'stdout') hear(line);
      },
    });
    clean = true;
    return { ok: true, result };
  } catch (error) {
    const errors = errorsOf(error, diagnostics);
    clean = error instanceof CommandFailed && error.exitCode !== undefined && !errors.some(keptLock);
    if (limits.startBefore !== undefined && error instanceof CommandFailed && error.notStarted !== undefined)
      return { ok: false, failure: error, lock: undefined };
    const { tool, version, discretion } = root;
    const failure = failureOf({ tool, version, command: operation, error, diagnostics, discretion });
    return { ok: false, failure, lock: errors.map(lockIn).find((lock) => lock !== undefined) };
  } finally {
    over.abort();
    await asked;
    // Before the record is deleted: it says where the state is.
    await rescue(root, root.folder, () => open?.over(true));
    open?.over(clean);
  }
}

/**
 * Runs a second Terraform to see which lock blocks it, while the first holds the lock: this proves the id, whatever the backend reports of
 * its owner. The id counts only if the first still has a change in progress after all of its output until then was read.
 */
async function recordLock(
  root: LockingRoot,
  args: readonly string[],
  open: OpenRun,
  isAtWork: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { diagnostics } = await probe(root, args, { timeoutMs: root.lockMs + 60_000, signal });
  await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  const id = diagnostics.map(lockIn).find((lock) => lock !== undefined)?.id;
  if (id !== undefined && !signal.aborted && isAtWork() && isRunning(open.identity)) open.holds(id);
}

async function release(root: TerraformRoot, lockId: string, limits: TerraformLimits): Promise<void> {
  const { tool, version, discretion } = root;
  try {
    await runTerraform(root, ['force-unlock', '-force', lockId], limits);
  } catch (error) {
    throw failureOf({ tool, version, command: 'force-unlock', error, diagnostics: [], discretion });
  }
}

/** @throws Refusal `terraform-state-unwritten` when there is a state to fetch. */
async function rescue(root: TerraformRoot, folder: string, done: () => void): Promise<void> {
  const file = unwritten(folder);
  if (!existsSync(file)) return;
  const kept = await keepState(file, root.backups, 'unwritten');
  await rm(file, { force: true });
  done();
  throw new Refusal({ kind: 'terraform-state-unwritten', file: kept.file });
}

/** The file to which Terraform writes a state that its backend rejects. */
function unwritten(folder: string): string {
  return path.join(folder, 'errored.tfstate');
}

function refusal(
  lock: StateLock,
  judgement: LockJudgement,
  ofDead = 'it was released, and taken again',
): Refusal {
  const isOwnerKnown = !judgement.release && judgement.told;
  return new Refusal({
    kind: 'terraform-locked',
    who: isOwnerKnown ? lock.who : undefined,
    since: isOwnerKnown && lock.created !== undefined ? new Date(lock.created).toISOString() : undefined,
    operation: isOwnerKnown ? operationWord(lock) : undefined,
    id: !judgement.release && judgement.madeUp ? undefined : lock.id,
    why: judgement.release
      ? `process ${judgement.run.pid}, which Slipway started, is dead; ${ofDead}`
      : judgement.why,
  });
}

function stillAtWork({ who, startedAt, operation, pid }: KeptRun): Refusal {
  const why = `process ${pid} of an earlier attempt still finishes what it has in hand`;
  const since = new Date(startedAt).toISOString();
  return new Refusal({ kind: 'terraform-locked', who, since, operation, id: undefined, why });
}
