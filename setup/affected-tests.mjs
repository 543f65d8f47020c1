import { existsSync } from 'node:fs';
import path from 'node:path';
import { runChild } from './child.mjs';
import { inProject, projectRoot, SetupStopped } from './project.mjs';

const TEST = /[.]test[.]js$/;
const INTEGRATION = /[.]integration[.]test[.]js$/;

/**
 * @typedef {object} AffectedTests Compiled test files, relative to the project.
 * @property {readonly string[]} unit Those that reach a changed file by imports, however far away.
 * @property {readonly string[]} integration Those that import a changed file themselves, or share its name: all that reach it
 *   would take minutes.
 * @property {number} integrationLeft How many integration tests reach it further away.
 */

/**
 * The tests that a change of these sources touches, by the imports of what is compiled. What only its type imports would
 * touch is found by the compiler.
 * @param {readonly string[]} paths Files or folders.
 * @returns {Promise<AffectedTests>}
 */
export async function affectedTests(paths) {
  const importers = await readImporters();
  const changed = [...importers.keys()].filter((file) =>
    paths.some((given) => isPartOf(file, compiledOf(given))),
  );
  const mirrored = [...importers.keys()].filter(
    (file) => TEST.test(file) && paths.some((given) => isPartOf(file, testsOf(given))),
  );
  const reached = reachedFrom([...changed, ...mirrored], importers);
  const near = new Set([...changed, ...mirrored, ...changed.flatMap((file) => importers.get(file) ?? [])]);
  const tests = [...reached].filter((file) => TEST.test(file)).toSorted();
  const integration = tests.filter((file) => INTEGRATION.test(file));
  const nearest = integration.filter((file) => near.has(file));
  return {
    unit: tests.filter((file) => !INTEGRATION.test(file)),
    integration: nearest,
    integrationLeft: integration.length - nearest.length,
  };
}

/**
 * @param {readonly string[]} starts
 * @param {ReadonlyMap<string, readonly string[]>} importers
 */
function reachedFrom(starts, importers) {
  const reached = new Set(starts);
  // A set hands out what is added while it is walked.
  for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
  return reached;
}

/** @returns {Promise<Map<string, string[]>>} Of each compiled file those that import it. */
async function readImporters() {
  const cruise = inProject('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['dist/src', 'dist/lab', 'dist/test'].filter((folder) => existsSync(inProject(folder)));
  const args = [cruise, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders];
  const { output } = await runChild(process.execPath, args, { collect: true });
  /** @type {{ modules: { source: string, dependencies: { resolved: string }[] }[] }} */
  let graph;
  try {
    graph = JSON.parse(output);
  } catch {
    throw new SetupStopped(`The imports could not be read:\n${output.slice(0, 2_000)}`);
  }
  /** @type {Map<string, string[]>} */
  const importers = new Map();
  for (const { source } of graph.modules) if (source.startsWith('dist/')) importers.set(source, []);
  for (const { source, dependencies } of graph.modules)
    for (const { resolved } of dependencies) importers.get(resolved)?.push(source);
  return importers;
}

/**
 * @param {string} file
 * @param {string} whole A file without its ending, or a folder.
 */
const isPartOf = (file, whole) =>
  file === `${whole}.js` ||
  file.startsWith(`${whole}/`) ||
  file === `${whole}.test.js` ||
  file === `${whole}.integration.test.js`;

/**
 * `src/tools/x.ts` → `dist/src/tools/x`.
 * @param {string} given
 */
const compiledOf = (given) => path.join('dist', withoutEnding(relative(given)));

/**
 * Where the tests of a path are by their name: `src/tools/x.ts` → `dist/test/tools/x`, `lab/y` → `dist/test/lab/y`.
 * @param {string} given
 */
function testsOf(given) {
  const [first = '', ...rest] = relative(given).split(path.sep);
  const mirror = first === 'src' || first === 'test' ? rest : [first, ...rest];
  return path.join('dist', 'test', withoutEnding(path.join(...mirror, '')));
}

const relative = (/** @type {string} */ given) =>
  path.relative(projectRoot, path.resolve(projectRoot, given));
const withoutEnding = (/** @type {string} */ file) =>
  file.replace(/((\.integration)?\.test)?\.(tsx?|mjs)$/, '');
