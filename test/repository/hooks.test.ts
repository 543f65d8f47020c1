import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

test('hooks are in test files: a shared module is loaded once per worker, and its hooks would apply to the first file only', () => {
  const shared = readdirSync(path.join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /[.]tsx?$/.test(file) && !/[.]test[.]tsx?$/.test(file),
  );
  const hook = /^(?:before|after)(?:Each|All)\(/m;
  expect(shared.length).toBeGreaterThan(50);
  expect(
    shared.filter((file) => hook.test(readFileSync(path.join(projectRoot, 'test', file), 'utf8'))),
  ).toEqual([]);
});
