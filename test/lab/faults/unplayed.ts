import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../src/tools/project-root.js';

/** Of these faults, those that no test of a folder names, in quotation marks or at the beginning of its title. */
export function unplayed(folder: string, names: readonly string[]): string[] {
  const directory = path.join(projectRoot, folder);
  const tests = readdirSync(directory).filter((file) => file.endsWith('.test.ts'));
  const text = tests.map((file) => readFileSync(path.join(directory, file), 'utf8')).join('\n');
  return names.filter((name) => !text.includes(`'${name}'`) && !text.includes(`'${name}: `));
}
