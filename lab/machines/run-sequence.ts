import { Interrupted, pause, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';
import type { MachineStage, SequenceName } from './machine-event.js';

/** The stage a machine enters when a sequence begins. */
const STAGE_OF: Record<SequenceName, MachineStage | undefined> = {
  initialize: 'booting',
  install: undefined,
  boot: 'booting',
  reboot: 'rebooting',
  upgrade: 'upgrading',
  reset: 'resetting',
  shutdown: 'shutting down',
};

/** One task of a phase. Without `run` it takes the default time of a task and succeeds. */
export interface Task {
  readonly name: string;
  run?(signal: AbortSignal): Promise<void>;
}

/** A phase and its tasks; a phase of this lab has one task, as almost every phase of Talos has. */
export interface Phase {
  readonly name: string;
  readonly task: Task;
}

/** A sequence that failed. The message is the one in Talos' event. */
export class SequenceFailed extends Error {
  override readonly name = 'SequenceFailed';
}

/**
 * Runs the phases of a sequence one after another, with Talos' events and kernel log lines. Rejects with SequenceFailed when a task fails
 * (its event is published by then) and with Interrupted when the power is cut or another sequence takes over.
 */
export async function runSequence(
  machine: Machine,
  sequence: { name: SequenceName; phases: readonly Phase[]; actorId: string; signal: AbortSignal },
): Promise<void> {
  const { name, phases, actorId, signal } = sequence;
  const publish = (payload: Parameters<Machine['publish']>[0]): void => machine.publish(payload, actorId);
  publish({ kind: 'SequenceEvent', sequence: name, action: 'START' });
  machine.dmesg.talos(`${name} sequence: ${phases.length} phase(s)`);
  const stage = STAGE_OF[name];
  if (stage !== undefined) machine.enterStage(stage);
  try {
    for (const [index, phase] of phases.entries()) {
      await runPhase(machine, phase, { number: index + 1, of: phases.length, actorId, signal });
    }
    machine.dmesg.talos(`${name} sequence: done`);
    publish({ kind: 'SequenceEvent', sequence: name, action: 'STOP' });
  } catch (error) {
    publish({ kind: 'SequenceEvent', sequence: name, action: 'STOP' });
    if (error instanceof Interrupted) {
      const message = 'sequence failed: context canceled';
      publish({
        kind: 'SequenceEvent',
        sequence: name,
        action: 'NOOP',
        error: { code: 'CANCELED', message },
      });
      throw error;
    }
    const { number, reason } = error as PhaseFailed;
    const message = `error running phase ${number} in ${name} sequence: task 1/1: failed, ${reason}`;
    machine.dmesg.talos(`${name} sequence: failed`);
    publish({
      kind: 'SequenceEvent',
      sequence: name,
      action: 'NOOP',
      error: { code: 'FATAL', message: `sequence failed: ${message}` },
    });
    throw new SequenceFailed(message);
  }
}

class PhaseFailed extends Error {
  constructor(
    readonly number: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

async function runPhase(
  machine: Machine,
  phase: Phase,
  run: { number: number; of: number; actorId: string; signal: AbortSignal },
): Promise<void> {
  const { task } = phase;
  const progress = `${run.number}/${run.of}`;
  const startedAt = Date.now();
  const elapsed = (): string => `${((Date.now() - startedAt) / 1_000).toFixed(3)}s`;
  machine.dmesg.talos(`phase ${phase.name} (${progress}): 1 tasks(s)`);
  machine.publish({ kind: 'PhaseEvent', phase: phase.name, action: 'START' }, run.actorId);
  if (phase.name === 'kexec') machine.enterStage('rebooting');
  machine.publish({ kind: 'TaskEvent', task: task.name, action: 'START' }, run.actorId);
  machine.dmesg.talos(`task ${task.name} (1/1): starting`);
  let failure: unknown;
  try {
    await (task.run === undefined ? pause(machine.durations.task, run.signal) : task.run(run.signal));
    if (run.signal.aborted) throw new Interrupted();
  } catch (error) {
    failure = error;
  }
  machine.publish({ kind: 'TaskEvent', task: task.name, action: 'STOP' }, run.actorId);
  machine.publish({ kind: 'PhaseEvent', phase: phase.name, action: 'STOP' }, run.actorId);
  if (failure === undefined) {
    machine.dmesg.talos(`task ${task.name} (1/1): done, ${elapsed()}`);
    machine.dmesg.talos(`phase ${phase.name} (${progress}): done, ${elapsed()}`);
    return;
  }
  if (failure instanceof Interrupted) throw failure;
  machine.dmesg.talos(`task ${task.name} (1/1): failed: ${reasonOf(failure)}`);
  machine.dmesg.talos(`phase ${phase.name} (${progress}): failed`);
  throw new PhaseFailed(run.number, reasonOf(failure));
}
