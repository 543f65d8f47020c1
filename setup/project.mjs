import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder this set-up belongs to. */
export const projectRoot = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A path within the project. */
export const inProject = (/** @type {string[]} */ ...parts) => path.join(projectRoot, ...parts);

/** Something a person has to do; shown without a stack. */
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

/** One line about the set-up itself, kept apart from the program's own output. */
export const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);
