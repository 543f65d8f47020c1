import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { inProject } from './project.mjs';

/**
 * @typedef {object} FileResult
 * @property {string} name
 * @property {number} startTime
 * @property {number} endTime
 * @property {'passed' | 'failed'} status
 * @property {readonly { status: string }[]} assertionResults
 */

/**
 * Writes the dated table of a whole test run from what jest answered as JSON.
 * @param {string} json Path of jest's answer.
 */
export function writeResults(json) {
  const { testResults } = /** @type {{ testResults: FileResult[] }} */ (
    JSON.parse(readFileSync(json, 'utf8'))
  );
  const rows = testResults
    .map((file) => ({ ...file, name: file.name.replace(/^.*\/dist\//, '').replace(/\.js$/, '.ts') }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((file) => {
      const passed = file.assertionResults.filter((one) => one.status === 'passed').length;
      const seconds = Math.round((file.endTime - file.startTime) / 1000);
      return `| \`${file.name}\` | ${passed} of ${file.assertionResults.length} | ${seconds} | ${file.status} |`;
    });
  const seconds = testResults.reduce((sum, file) => sum + (file.endTime - file.startTime) / 1000, 0);
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    '# Everything on the lab, as it ran last',
    '',
    `\`npm run test:all\` wrote this on ${date}: ${Math.round(seconds / 60)} minutes for ${testResults.length} files, one after the other, ` +
      `on ${os.availableParallelism()} cores, Node.js ${process.version}. \`npm test\` runs these but for those under \`scenarios/faults\` and \`scenarios/long\`, after the unit tests.`,
    '',
    '| file | passed | s | |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  writeFileSync(inProject('docs/test-results.md'), text);
}
