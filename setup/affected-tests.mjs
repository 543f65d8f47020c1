import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inProject, projectRoot } from './project.mjs';

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
 * The tests that a change of these sources affects, by the imports of compiled files. The compiler finds the effects of type imports.
 * @param {readonly string[]} paths Files or folders.
 * @returns {AffectedTests}
 */
export function affectedTests(paths) {
  const importers = readImporters();
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
  // Iterating over a Set includes entries that are added meanwhile.
  for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
  return reached;
}

/** As tsc writes them: imports of our own files, and programs that a test starts by their place. */
const IMPORT = /(?:from |import |import\(|new URL\()['"]([.]{0,2}[^'"]*[.]js)['"]/g;

/**
 * The input of the import rules for these sources: compiled files or folders, relative to the project.
 * @param {readonly string[]} paths
 */
export function compiledSources(paths) {
  return paths
    .map(compiledOf)
    .flatMap((whole) => [whole, `${whole}.js`])
    .filter((file) => /^dist[/](src|lab)\b/.test(file) && existsSync(inProject(file)));
}

/**
 * Parsed here and not by dependency-cruiser, which takes 10 s of CPU for what needs half a second.
 * @returns {Map<string, string[]>} Of each compiled file those that import it.
 */
function readImporters() {
  const files = ['dist/src', 'dist/lab', 'dist/test']
    .filter((folder) => existsSync(inProject(folder)))
    .flatMap((folder) =>
      readdirSync(inProject(folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => path.join(folder, file)),
    );
  /** @type {Map<string, string[]>} */
  const importers = new Map(files.map((file) => [file, []]));
  for (const file of files)
    for (const [, name = ''] of readFileSync(inProject(file), 'utf8').matchAll(IMPORT))
      importers.get(path.join(path.dirname(file), name))?.push(file);
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
  file === `${whole}.integration.test.js` ||
  file === `${whole}.temporal.test.js`;

/**
 * `src/tools/x.ts` → `dist/src/tools/x`.
 * @param {string} given
 */
const compiledOf = (given) => path.join('dist', withoutEnding(relative(given)));

/**
 * The compiled tests of a path, by name: `src/tools/x.ts` → `dist/test/tools/x`, `lab/y` → `dist/test/lab/y`.
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
  file.replace(/((\.integration|\.temporal)?\.test)?\.(tsx?|mjs)$/, '');
