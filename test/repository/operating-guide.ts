import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { failureGuide } from './failure-guide.js';

/** What stands between these lines comes from the code's tables. */
const begin = '<!-- From here on made by `npm run docs`. -->';
const end = '<!-- To here. -->';

/** Where the guide for operators is. */
export const operatingGuide = path.join(projectRoot, 'docs', 'operating.md');

/** The guide as it is, and as it should be. Throws when it has no place for the tables. */
export function operatingGuideTexts(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(operatingGuide, 'utf8');
  const [before, rest] = found.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${operatingGuide} has no place for the tables, from ${begin} to ${end}`);
  return { found, wanted: `${before}${begin}\n\n${failureGuide()}\n\n${end}${after}` };
}
