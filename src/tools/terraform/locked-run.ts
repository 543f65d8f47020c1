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

/** A plan or an apply: what takes the state's lock. */
export interface LockedRun {
  readonly operation: 'plan' | 'apply';
  /** All but those of the lock; `-json` is among them. */
  readonly args: readonly string[];
  readonly acceptExitCodes?: readonly number[];
  /** Arguments with which a plan stops at the lock and tells its id. */
  readonly lockProbe?: readonly string[];
}

/** A root whose plans take the lock. */
export type LockingRoot = TerraformRoot & { readonly lockMs: number };

/** Releases of a dead Terraform's lock in one run: one is enough, unless another attempt dies meanwhile. */
const releasesMax = 2;
const pollMs = 500;

/**
 * Runs what takes the lock. An earlier Terraform of ours that lives here is let finish first, for as long as `timeoutMs` lasts: it
 * makes or destroys machines, and only what it did tells how to go on. The lock of one is released when it is surely dead
 * (`judgeLock`); a lock of anybody else is waited for, `lockMs` long, and then told. Where `lockMs` is 0 nothing is waited for, and
 * with `startBefore` no lock.
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
  // The wait was time of the step.
  const limits = { ...given, timeoutMs: Math.max(1_000, stepEnd - Date.now()) };
  const end = Math.min(stepEnd, Date.now() + root.lockMs);
  // What was looked at for it grows old while it waits.
  const now = limits.startBefore !== undefined;
  let releases = 0;
  for (let tries = 1; ; tries += 1) {
    const left = await root.records.of(root.identity);
    // The lock of a dead one is better seen at once than after five minutes.
    const patient = now || tries > 1 || !left.some(({ life }) => life === 'dead');
    const askedAt = Date.now();
    const attempt = await once(root, run, patient && !now ? Math.max(0, end - Date.now()) : 0, limits);
    if (attempt.ok) {
      // Whoever holds the lock has no other to fear.
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
 * Takes the lock as a plan does, and releases it: nothing is waited for, released or recorded.
 *
 * @param args of a plan that looks at no machine.
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
  // A process id of another place is another process here.
  const recorded = (await root.records.all()).filter(({ life }) => life !== 'unknown');
  return judgeLock(lock, {
    runs: await root.records.of(root.identity),
    askedAt,
    who: whoHere(),
    strangers: livingTerraforms(new Set(recorded.map(({ pid }) => pid))),
  });
}

/** What a Terraform that asks for the lock once is told. */
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
 * Waits for what outlived its worker, and fetches what it could not give to the backend. After `startBefore` it waits no longer:
 * what comes then is not started, and looked at again.
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
    // Before the record goes: it is what tells where the state lies.
    await rescue(root, root.folder, () => open?.over(true));
    open?.over(clean);
  }
}

/**
 * Asks a second Terraform which lock keeps it away, while the first holds it: so it is known beyond doubt, whatever the backend
 * tells of its owner. The id counts only when the first still has a change in hand after all that was said until then was read.
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

/** @throws Refusal `terraform-state-unwritten` when there is something to fetch. */
async function rescue(root: TerraformRoot, folder: string, done: () => void): Promise<void> {
  const file = unwritten(folder);
  if (!existsSync(file)) return;
  const kept = await keepState(file, root.backups, 'unwritten');
  await rm(file, { force: true });
  done();
  throw new Refusal({ kind: 'terraform-state-unwritten', file: kept.file });
}

/** Where Terraform writes a state that its backend does not take. */
function unwritten(folder: string): string {
  return path.join(folder, 'errored.tfstate');
}

function refusal(
  lock: StateLock,
  judgement: LockJudgement,
  ofDead = 'it was released, and taken again',
): Refusal {
  const told = !judgement.release && judgement.told;
  return new Refusal({
    kind: 'terraform-locked',
    who: told ? lock.who : undefined,
    since: told && lock.created !== undefined ? new Date(lock.created).toISOString() : undefined,
    operation: told ? operationWord(lock) : undefined,
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
