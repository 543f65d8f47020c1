import { openSync } from 'node:fs';

/** A program and its arguments, as `spawn` takes them. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
}

/** The signal that the kernel sends a process when its parent dies. */
export type DeathSignal = 'KILL' | 'TERM' | 'INT';

/** By path. Never closed: a descriptor stands for this process for as long as it lives. */
const descriptors = new Map<string, number>();

/**
 * How to start a program so that it never outlives this process, not even one that dies while the program starts:
 * `setpriv --pdeathsig KILL -- /proc/PID/fd/N -- program …`, where PID is this process and N its descriptor of setpriv.
 *
 * The first setpriv asks the kernel for the signal. The kernel sends nothing for a parent that has died before. So setpriv then
 * executes itself by way of a descriptor of its parent. A process that dies loses its descriptors before the kernel signals its
 * children: either the signal comes, or the path is gone, setpriv fails, and the program is never executed.
 *
 * Two conditions. The parent is the thread that forks: spawn from the main thread, which lives as long as the process. And the
 * kernel resolves the path only for a process that may inspect this one: the same user, in the same user namespace. What a program
 * starts in turn is not bound to this process.
 *
 * @param setpriv Path of the setpriv of util-linux.
 * @throws Error when setpriv cannot be opened.
 */
export function dieWithParent(setpriv: string, program: Start, signal: DeathSignal = 'KILL'): Start {
  const descriptor = descriptors.get(setpriv) ?? openSync(setpriv, 'r');
  descriptors.set(setpriv, descriptor);
  const proof = `/proc/${process.pid}/fd/${descriptor}`;
  return {
    command: setpriv,
    args: ['--pdeathsig', signal, '--', proof, '--', program.command, ...program.args],
  };
}
