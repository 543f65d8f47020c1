import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { inProject } from './project.mjs';

/**
 * @typedef {object} FileResult
 * @property {string} name
 * @property {number} startTime
 * @property {number} endTime
 * @property {'passed' | 'failed'} status
 * @property {string} [again] The day on which it was played again, after it had failed.
 * @property {readonly { status: string }[]} assertionResults
 */

/**
 * @param {string} json Path of jest's answer.
 * @returns {{ testResults: FileResult[] }}
 */
const answerIn = (json) =>
  /** @type {{ testResults: FileResult[] }} */ (JSON.parse(readFileSync(json, 'utf8')));

/**
 * The test files that failed, by path.
 * @param {string} json Path of jest's answer.
 */
export function failedFiles(json) {
  return answerIn(json)
    .testResults.filter(({ status }) => status === 'failed')
    .map(({ name }) => name);
}

/**
 * Rewrites the table with the results of repeated test files.
 * @param {string} json Path of jest's answer to the whole run; it is overwritten.
 * @param {string} again Path of its answer to the repeated files.
 */
export function writeResultsAgain(json, again) {
  const day = new Date().toISOString().slice(0, 10);
  const later = new Map(answerIn(again).testResults.map((file) => [file.name, { ...file, again: day }]));
  const before = answerIn(json);
  const testResults = before.testResults.map((file) => later.get(file.name) ?? file);
  writeFileSync(json, JSON.stringify({ ...before, testResults }));
  writeResults(json);
}

/**
 * Writes the dated table of a whole test run from jest's JSON result.
 * @param {string} json Path of jest's answer.
 */
export function writeResults(json) {
  const { testResults } = answerIn(json);
  const rows = testResults
    .map((file) => ({ ...file, name: file.name.replace(/^.*\/dist\//, '').replace(/\.js$/, '.ts') }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((file) => {
      const passed = file.assertionResults.filter((one) => one.status === 'passed').length;
      const seconds = Math.round((file.endTime - file.startTime) / 1000);
      return `| \`${file.name}\` | ${passed} of ${file.assertionResults.length} | ${seconds} | ${file.status}${file.again ? `, again on ${file.again}, after it had failed` : ''} |`;
    });
  const began = Math.min(...testResults.map(({ startTime }) => startTime));
  const seconds = (Math.max(...testResults.map(({ endTime }) => endTime)) - began) / 1000;
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    '# Everything on the lab, as it ran last',
    '',
    `\`npm run test:all\` wrote this on ${date}: ${Math.round(seconds / 60)} minutes for ${testResults.length} files, several side by side, ` +
      `on ${os.availableParallelism()} cores, Node.js ${process.version}. \`npm test\` runs part of these (CONTRIBUTING.md says which), after the unit tests.`,
    '',
    '| file | passed | s | |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  writeFileSync(inProject('docs/test-results.md'), text);
}
