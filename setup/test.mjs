#!/usr/bin/env node
import { existsSync, rmSync } from 'node:fs';
import { forwardSignals, runChild, throwIfStopped } from './child.mjs';
import { jest, withoutColours } from './jest.mjs';
import { inProject, say, SetupStopped } from './project.mjs';
import { failedFiles, writeResults, writeResultsAgain } from './test-results.mjs';

/** The steps of `npm test` after the set-up, in this order. All run, whichever fails. */
const stages = [
  { name: 'check', args: [inProject('setup/check.mjs')], needs: 'setup/check.mjs' },
  {
    name: 'scenarios',
    args: [...jest, '--config', inProject('jest.scenarios.config.mjs')],
    needs: 'dist/test/scenarios',
  },
];

const answer = inProject('.slipway/test-all.json');
const chaosResults = inProject('.slipway/chaos.json');

/**
 * The runs of `npm run chaos`, and the page.
 * @param {readonly string[]} more
 */
function chaos(...more) {
  const args = ['--seed', '1', '--runs', '60', '--json', chaosResults];
  const page = ['--matrix', inProject('.slipway/kill-matrix.json'), '--write-docs'];
  const program = inProject('dist/lab/chaos.js');
  return { name: 'chaos', args: [program, ...args, ...page, ...more], needs: 'dist/lab/chaos.js' };
}

/** `--all`: includes the long ones, and writes a dated table to docs/test-results.md. */
const everything = [
  { ...stages[0], env: { SLIPWAY_PROPERTIES: 'thorough' } },
  {
    name: 'everything on the lab',
    args: [...jest, '--config', inProject('jest.all.config.mjs'), '--json', '--outputFile', answer],
    needs: 'dist/test/scenarios',
  },
];

/** `--reliability`: a worker that dies at every step, then chaos; results go to docs/kill-matrix.md and docs/reliability.md. */
const reliability = (/** @type {boolean} */ resumed) => [
  {
    name: 'kill matrix',
    args: [...jest, '--config', inProject('jest.kill-matrix.config.mjs')],
    needs: 'dist/test/scenarios',
    // Hours of completed work are kept.
    ...(resumed ? { env: { SLIPWAY_MATRIX: 'rest' } } : {}),
  },
  chaos(...(resumed ? ['--resume'] : [])),
];

const answerAgain = inProject('.slipway/test-again.json');

/** `--all --again`: repeats what failed the last time, and runs what was not reached. */
const again = () => [
  everything[0],
  {
    name: 'what failed, again',
    args: [
      ...jest,
      '--config',
      inProject('jest.all.config.mjs'),
      '--json',
      '--outputFile',
      answerAgain,
      '--runTestsByPath',
      ...failedFiles(answer),
    ],
    needs: 'dist/test/scenarios',
  },
];

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {readonly string[]} args
 * @property {string} needs
 * @property {Record<string, string>} [env]
 */

/**
 * Runs all stages, so that one failed test does not hide the later results, and lists the failures at the end.
 * @param {readonly Stage[]} wanted
 */
async function test(wanted) {
  const failed = [];
  for (const { name, args, needs, env } of wanted) {
    if (!existsSync(inProject(needs)))
      throw new SetupStopped(`${name}: ${needs} is not here, so nothing was tested.`);
    const { code } = await runChild(process.execPath, args, { env: { ...withoutColours(), ...env } });
    throwIfStopped();
    if (code !== 0) failed.push({ name, code });
  }
  if (failed.length === 0) return;
  const names = failed.map(({ name }) => name).join(', ');
  throw new SetupStopped(`npm test failed: ${names}.`, failed[0]?.code);
}

forwardSignals();
try {
  const all = process.argv.includes('--all');
  if (process.argv.includes('--reliability')) await test(reliability(process.argv.includes('--resume')));
  else if (all && process.argv.includes('--again')) {
    if (!existsSync(answer) || failedFiles(answer).length === 0)
      throw new SetupStopped('Nothing failed the last time that all of it ran here: npm run test:all', 2);
    rmSync(answerAgain, { force: true });
    try {
      await test(again());
    } finally {
      if (existsSync(answerAgain)) writeResultsAgain(answer, answerAgain);
    }
  } else {
    if (all) rmSync(answer, { force: true });
    try {
      await test(all ? everything : stages);
    } finally {
      if (all && existsSync(answer)) writeResults(answer);
    }
  }
} catch (error) {
  if (!(error instanceof SetupStopped)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
