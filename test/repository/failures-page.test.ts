import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allReasons } from '../../src/planning/reasons/all-reasons.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { failureGuide, nodeStates } from './failure-guide.js';
import { failuresPageTexts } from './failures-page.js';

const { found, wanted } = failuresPageTexts();

describe('docs/failures.md', () => {
  it('says what the tables of the code say: run npm run docs', () => {
    expect(found).toBe(wanted);
  });

  it('has a line for every failure', () => {
    const guide = failureGuide();
    for (const kind of Object.keys(allReasons)) expect(guide).toContain(`\n| \`${kind}\` | `);
  });
});

describe('docs/operating.md', () => {
  it('says of every state a node can be left in what to do', () => {
    const guide = readFileSync(path.join(projectRoot, 'docs', 'operating.md'), 'utf8');
    const states = guide.split('\n').flatMap((line) => /^\| `([a-z-]+)` \|/.exec(line)?.[1] ?? []);
    for (const state of nodeStates) expect(states).toContain(state);
  });
});
