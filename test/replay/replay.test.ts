import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { projectRoot } from '../../src/tools/project-root.js';

const histories = readdirSync(path.join(projectRoot, 'test', 'replay', 'histories')).filter((name) =>
  name.endsWith('.json'),
);

describe('recorded histories', () => {
  it('are there, for each kind of workflow', () => {
    for (const kind of ['delivery', 'queue', 'run', 'node'])
      expect(histories.some((name) => name.startsWith(kind))).toBe(true);
  });

  it('replay on the workflows of today', async () => {
    const script = path.join(projectRoot, 'dist', 'test', 'replay', 'replay.js');
    const { stdout, exitCode } = await execa(process.execPath, [script], { reject: false, timeout: 120_000 });
    const lines = stdout.split('\n');
    expect(lines).toEqual(histories.toSorted().map((name) => `ok ${name}`));
    expect(exitCode).toBe(0);
  });
});
