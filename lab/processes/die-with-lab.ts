import { dieWithParent, type Start } from '../../src/tools/die-with-parent.js';
import { findProgram } from '../../src/tools/find-program.js';

/**
 * How to start a program that dies with the lab, however the lab dies.
 *
 * @throws Error when PATH has no setpriv.
 */
export function dieWithLab(command: string, args: readonly string[]): Start {
  const setpriv = findProgram('setpriv', process.env['PATH'] ?? '/usr/bin:/bin');
  if (setpriv !== undefined) return dieWithParent(setpriv, { command, args });
  throw new Error(
    'The lab needs setpriv (package util-linux) to tie its processes to itself, and PATH has none. Install util-linux.',
  );
}
