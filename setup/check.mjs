#!/usr/bin/env node
import { existsSync } from 'node:fs';
import path from 'node:path';
import { affectedTests, compiledSources } from './affected-tests.mjs';
import { forwardSignals, runChild, throwIfStopped } from './child.mjs';
import { ensureCompiled } from './compile.mjs';
import { jest, withoutColours } from './jest.mjs';
import { inProject, projectRoot, say, SetupStopped } from './project.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<Outcome>} run
 * @typedef {{ passed: boolean, output: string } | { skipped: string }} Outcome
 * @typedef {{ name: string, result: string, seconds: string }} Row
 */

const LINES_SHOWN = 200;
const node = process.execPath;
const script = (/** @type {string} */ file) => inProject('node_modules', file);

/**
 * Every check that needs no lab, with one table at the end. All steps run even when one fails, except those that would read an outdated
 * dist. Two rows of steps run side by side: one computes while the other waits.
 * @param {readonly string[]} paths Narrow format and lint to these, and the tests to those that import them. Dead code is found only in the
 * whole.
 * @returns {Promise<number>} Exit code.
 */
async function check(paths) {
  const absent = paths.filter((file) => !existsSync(path.resolve(projectRoot, file)));
  if (absent.length > 0) throw new SetupStopped(`${absent.join(', ')}: no such path in this project.`, 2);
  /** @type {Row[]} */
  const table = [];
  const passed = () => table.every(({ result }) => result !== '✗');
  for (const together of steps(paths, () =>
    table.every(({ name, result }) => name !== 'types' || result === '✓'),
  )) {
    const rows = await Promise.all(together.map((one) => oneAfterTheOther(one)));
    table.push(...rows.flat());
    throwIfStopped();
  }
  const rows = table.map(
    ({ name, result, seconds }) => `${name.padEnd(17)} ${seconds.padStart(6)} s  ${result}`,
  );
  process.stdout.write(`\n${rows.join('\n')}\n`);
  return passed() ? 0 : 1;
}

/**
 * @param {readonly Step[]} row
 * @returns {Promise<Row[]>}
 */
async function oneAfterTheOther(row) {
  const table = [];
  for (const { name, run } of row) {
    const start = performance.now();
    const outcome = await run();
    throwIfStopped();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const result = 'skipped' in outcome ? `– ${outcome.skipped}` : outcome.passed ? '✓' : '✗';
    if ('output' in outcome && !outcome.passed) show(name, outcome.output);
    table.push({ name, result, seconds });
    say(`${result.slice(0, 1)} ${name} ${seconds} s`);
  }
  return table;
}

/**
 * @param {string} name
 * @param {string} output
 */
function show(name, output) {
  const lines = output.trimEnd().split('\n');
  const left = lines.length - LINES_SHOWN;
  const half = LINES_SHOWN / 2;
  const shown =
    left > 0 ? [...lines.slice(0, half), `… ${left} lines left out …`, ...lines.slice(-half)] : lines;
  process.stdout.write(`\n${name}\n${shown.join('\n')}\n\n`);
}

/**
 * @param {readonly string[]} paths
 * @param {() => boolean} compiled
 * @returns {Step[][][]} Groups in order; the rows of a group run side by side.
 */
function steps(paths, compiled) {
  const where = paths.length > 0 ? paths : ['.'];
  const onDist = (/** @type {() => Promise<Outcome>} */ run) => async () =>
    compiled() ? run() : { skipped: 'types failed, dist is old' };
  /** @type {(name: string, run: () => Promise<Outcome>) => Step} */
  const step = (name, run) => ({ name, run });
  const lint = [script('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '--format=unix', ...where];
  return [
    [
      [
        step('format', () => tool([script('oxfmt/bin/oxfmt'), '--check', ...where])),
        step('lint', () => tool(lint)),
      ],
      [step('types', types)],
    ],
    [
      [
        step(
          'imports',
          onDist(() => imports(paths)),
        ),
        step('dead code', () => deadCode(paths)),
        step(
          'unit tests',
          onDist(() => tests(paths, 'unit')),
        ),
      ],
      [
        step(
          'integration tests',
          onDist(() => tests(paths, 'integration')),
        ),
      ],
    ],
  ];
}

/**
 * @param {readonly string[]} paths With these, what they import themselves: cycles are found only in the whole.
 * @returns {Promise<Outcome>}
 */
async function imports(paths) {
  const where = paths.length > 0 ? compiledSources(paths) : ['dist/src', 'dist/lab'];
  if (where.length === 0) return { skipped: 'none for this path' };
  const rules = ['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long'];
  const near = paths.length > 0 ? ['--max-depth', '1'] : [];
  return tool([script('dependency-cruiser/bin/dependency-cruise.mjs'), ...rules, ...near, ...where]);
}

/**
 * @param {readonly string[]} paths
 * @returns {Promise<Outcome>}
 */
async function deadCode(paths) {
  if (paths.length > 0) return { skipped: 'needs the whole' };
  return tool([script('knip/bin/knip.js'), '--no-progress']);
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function tool(args, env = process.env) {
  const { code, output } = await runChild(node, args, { collect: true, env });
  return { passed: code === 0, output };
}

async function types() {
  try {
    await ensureCompiled({ quiet: true });
    for (const project of ['src/page/assets/tsconfig.json', 'setup/tsconfig.json']) {
      const checked = await tool([script('typescript/bin/tsc'), '-p', project]);
      if (!checked.passed) return checked;
    }
    return { passed: true, output: '' };
  } catch (error) {
    if (!(error instanceof SetupStopped)) throw error;
    return { passed: false, output: error.message };
  }
}

/** @type {Record<'unit' | 'integration', string>} */
const configs = { unit: 'jest.config.mjs', integration: 'jest.integration.config.mjs' };

/**
 * @param {readonly string[]} paths
 * @param {'unit' | 'integration'} kind
 * @returns {Promise<Outcome>}
 */
async function tests(paths, kind) {
  const args = [...jest, '--config', inProject(configs[kind])];
  if (paths.length === 0) return tool(args, withoutColours());
  const affected = affectedTests(paths);
  const left = affected.integrationLeft;
  if (kind === 'integration' && left > 0)
    say(`${left} integration tests reach this by others; they run without paths.`);
  if (affected[kind].length === 0) return { skipped: 'none for this path' };
  return tool([...args, '--passWithNoTests', '--runTestsByPath', ...affected[kind]], withoutColours());
}

forwardSignals();
try {
  process.exitCode = await check(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupStopped)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
