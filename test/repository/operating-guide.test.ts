import { describe, expect, it } from '@jest/globals';
import { allReasons } from '../../src/planning/reasons/all-reasons.js';
import { failureGuide, nodeStates } from './failure-guide.js';
import { operatingGuideTexts } from './operating-guide.js';

const { found, wanted } = operatingGuideTexts();

describe('docs/operating.md', () => {
  it('says what the tables of the code say: run npm run docs', () => {
    expect(found).toBe(wanted);
  });

  it('has a line for every failure', () => {
    const guide = failureGuide();
    for (const kind of Object.keys(allReasons)) expect(guide).toContain(`\n| \`${kind}\` | `);
  });

  it('says of every state a node can be left in what to do', () => {
    const states = found
      .split('\n')
      .flatMap((line) => /^\| `([a-z-]+)` \|/.exec(line.split('<!--')[0] ?? '')?.[1] ?? []);
    for (const state of nodeStates) expect(states).toContain(state);
  });
});
