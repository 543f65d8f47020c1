#!/usr/bin/env node
// The entry point on a fresh clone: uses only Node's own modules, until npm's are installed.
import { existsSync } from 'node:fs';
import { forwardSignals, runChild, throwIfStopped } from './child.mjs';
import { ensureCompiled } from './compile.mjs';
import { withLock } from './lock.mjs';
import { ensurePackages } from './packages.mjs';
import { checkPrerequisites, whyNothingCanBeBuilt } from './prerequisites.mjs';
import { inProject, say, SetupStopped } from './project.mjs';
import { tasks } from './tasks.mjs';

const ENSURE_BINARIES = 'dist/src/tools/binaries/ensure.js';

/**
 * Prepares everything a task needs, then becomes the task. Each part checks first and does only what is missing, so that it can be
 * restarted after any interruption.
 * @param {readonly string[]} argv
 * @returns {Promise<number>} The exit code.
 */
async function main(argv) {
  const [name = '', ...rest] = argv;
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task === undefined) throw new SetupStopped(usage(name), name === '--help' ? 0 : 2);
  forwardSignals();
  checkPrerequisites();
  const binaries = task.program === undefined && args.length > 0 ? args : task.binaries;
  const warning = whyNothingCanBeBuilt(binaries);
  if (warning !== undefined) say(warning);

  await withLock(inProject('.slipway', 'setup.lock'), async () => {
    await ensurePackages();
    if (task.compile) await ensureCompiled();
  });
  if (binaries.length > 0) await ensureBinaries(binaries);
  throwIfStopped();
  return task.program === undefined ? 0 : runProgram(name, task.program, args);
}

/** @param {readonly string[]} names */
async function ensureBinaries(names) {
  const { code } = await runChild(process.execPath, [inProject(ENSURE_BINARIES), ...names]);
  throwIfStopped();
  if (code !== 0) throw new SetupStopped('The set-up ended here; what is finished stays.', code);
}

/**
 * @param {string} task
 * @param {string} program
 * @param {readonly string[]} args
 */
async function runProgram(task, program, args) {
  if (!existsSync(inProject(program))) {
    throw new SetupStopped(`${task} needs ${program}, which this version of Slipway does not have.`, 2);
  }
  // TERM when this process is killed: the child stops its own children gracefully, and the kernel stops them if it cannot.
  const { code } = await runChild(process.execPath, [inProject(program), ...args], { deathSignal: 'TERM' });
  return code;
}

/** @param {string} name */
function usage(name) {
  const lines = Object.entries(tasks).map(([task, { what }]) => `  ${task.padEnd(8)} ${what}`);
  const wrong = name === '' || name === '--help' ? [] : [`There is no task "${name}".`];
  const example = 'Example: node setup/run.mjs demo -- --speed 2';
  return [...wrong, 'node setup/run.mjs <task> [-- what the task takes]', ...lines, example].join('\n');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupStopped)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
