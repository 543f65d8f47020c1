import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this set-up's project. */
export const projectRoot = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A path within the project. */
export const inProject = (/** @type {string[]} */ ...parts) => path.join(projectRoot, ...parts);

/** An error that a person must fix; shown without a stack. */
export class SetupStopped extends Error {
  /**
   * @param {string} sentence What is wrong and what to do.
   * @param {number} [exitCode]
   */
  constructor(sentence, exitCode = 1) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

/** One line about the set-up itself, distinct from the program's own output. */
export const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);
