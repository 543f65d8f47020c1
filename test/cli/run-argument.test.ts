import { expect, test } from '@jest/globals';
import { parseRun } from '../../src/cli/run-argument.js';

test.each([
  [undefined, { cluster: undefined, run: undefined }],
  ['42', { cluster: undefined, run: 42 }],
  ['prox-ops/42', { cluster: 'prox-ops', run: 42 }],
  ['run/prox-ops/42', { cluster: 'prox-ops', run: 42 }],
  ['prox-ops', { cluster: 'prox-ops', run: undefined }],
])('%s names %j', (text, named) => {
  expect(parseRun(text)).toEqual(named);
});

test.each(['0', 'prox-ops/0', 'prox-ops/', '-1', 'run/42/x', 'Prox', ''])('"%s" names no run', (text) => {
  expect(() => parseRun(text)).toThrow('names no run');
});
