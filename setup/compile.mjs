import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runStep } from './child.mjs';
import { inProject, say } from './project.mjs';

const FOLDERS = ['src', 'lab', 'test'];
const SOURCE_ENDINGS = ['.ts', '.tsx'];
const STAMP = 'dist/.slipway-sources';

/**
 * Brings dist up to date with the sources. When no source changed since the last time nothing is started. Compiled files of a deleted
 * source are removed: jest would still run them.
 * @param {{ quiet?: boolean }} [options]
 */
export async function ensureCompiled({ quiet = false } = {}) {
  const state = stateOfSources();
  if (readStamp() === state) return;
  if (!quiet) say('compiling (usually 5 s)');
  rmSync(inProject(STAMP), { force: true });
  await runStep('Compiling', process.execPath, [
    inProject('node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.json',
  ]);
  removeLeftOvers();
  await bundle();
  writeFileSync(inProject(STAMP), state);
}

/**
 * Bundles the workflows into one file, which all workers run, and each program into a few. A project without them, as in tests of the
 * set-up, has none.
 */
async function bundle() {
  const workflows = inProject('dist/src/worker/bundle-workflows.js');
  if (!existsSync(workflows)) return;
  await runStep('Bundling the workflows', process.execPath, [workflows]);
  await runStep('Bundling the programs', process.execPath, [inProject('setup/bundle-programs.mjs')]);
}

/** Changes with each source's path, size and time, and with everything else that affects the compilation. */
function stateOfSources() {
  const hash = createHash('sha256');
  const sources = FOLDERS.flatMap((folder) => SOURCE_ENDINGS.flatMap((ending) => filesBelow(folder, ending)));
  for (const file of sources.toSorted()) {
    const { size, mtimeMs } = statSync(inProject(file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  for (const file of ['tsconfig.json', 'package-lock.json', 'setup/bundle-programs.mjs'])
    hash.update(readFileSync(inProject(file)));
  return hash.digest('hex');
}

function removeLeftOvers() {
  for (const folder of FOLDERS) {
    for (const file of filesBelow(`dist/${folder}`, '.js')) {
      const source = path.relative('dist', file).replace(/\.js$/, '');
      if (SOURCE_ENDINGS.some((ending) => existsSync(inProject(`${source}${ending}`)))) continue;
      rmSync(inProject(file));
      rmSync(inProject(`${file}.map`), { force: true });
      // Otherwise tsc, which compiles only changed files, would not write it again if the source came back.
      rmSync(inProject('dist/.tsbuildinfo'), { force: true });
    }
  }
}

/**
 * @param {string} folder Relative to the project.
 * @param {string} ending
 * @returns {string[]} Relative to the project.
 */
function filesBelow(folder, ending) {
  if (!existsSync(inProject(folder))) return [];
  return readdirSync(inProject(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file));
}

function readStamp() {
  try {
    return readFileSync(inProject(STAMP), 'utf8');
  } catch {
    return undefined;
  }
}
