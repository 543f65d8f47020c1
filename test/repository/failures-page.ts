import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { failureGuide } from './failure-guide.js';

/** The text between these lines is generated from the code's tables. */
const begin = '<!-- From here on made by `npm run docs`. -->';
const end = '<!-- To here. -->';

/** The page of every failure. */
export const failuresPage = path.join(projectRoot, 'docs', 'failures.md');

/** The present page, and the generated one. Throws when it has no place for the tables. */
export function failuresPageTexts(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(failuresPage, 'utf8');
  const [before, rest] = found.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${failuresPage} has no place for the tables, from ${begin} to ${end}`);
  return { found, wanted: `${before}${begin}\n\n${failureGuide()}\n\n${end}${after}` };
}
