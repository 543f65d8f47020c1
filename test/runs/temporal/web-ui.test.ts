import { afterEach, expect, test } from '@jest/globals';
import { webUiAddress } from '../../../src/runs/temporal/web-ui.js';

afterEach(() => {
  delete process.env['SLIPWAY_WEB_UI'];
});

const page = '/namespaces/slipway/workflows/run%2Fprox-ops%2F42';

test.each([
  ['127.0.0.1:7233', `http://127.0.0.1:8233${page}`],
  ['localhost:17233', `http://localhost:18233${page}`],
  ['[::1]:7233', `http://[::1]:8233${page}`],
  ['localhost', `http://localhost:8233${page}`],
  ['temporal.example.org:7233', undefined],
])('beside a Temporal at %s it is %s', (address, expected) => {
  expect(webUiAddress({ address, namespace: 'slipway' }, 'run/prox-ops/42')).toBe(expected);
});

test('SLIPWAY_WEB_UI sets its address', () => {
  process.env['SLIPWAY_WEB_UI'] = 'https://temporal.example.org/';
  expect(
    webUiAddress({ address: 'temporal.example.org:7233', namespace: 'slipway' }, 'run/prox-ops/42'),
  ).toBe(`https://temporal.example.org${page}`);
});
