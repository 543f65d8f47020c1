import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { AServe } from '../serve/a-serve.js';
import { slipway } from './run-slipway.js';

// Real processes, on a machine that may be busy.

/** Refusals start no process, so they are fast. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));

let data: string;
beforeEach(() => {
  data = mkdtempSync(path.join(folder, 'data-'));
});

const database = (): string => path.join(data, 'temporal.db');

test('a database from another Temporal version is refused and left unchanged', async () => {
  writeFileSync(database(), 'tables');
  writeFileSync(`${database()}.version`, '1.4.0\n');
  const serve = await AServe.start(data);
  expect(await serve.end()).toBe(1);
  expect(serve.stderr).toContain(`${database()} was made by Temporal 1.4.0, and `);
  expect(serve.stderr).toContain('SLIPWAY_BIN_TEMPORAL=/path/to/temporal-1.4.0 slipway serve');
  expect(serve.events).toEqual([]);
  expect(readFileSync(database(), 'utf8')).toBe('tables');
  expect(existsSync(path.join(data, 'serve.lock'))).toBe(false);
});

test('a port that is in use is refused, and no database is created', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  try {
    const serve = await AServe.start(data, { port });
    expect(await serve.end()).toBe(1);
    expect(serve.stderr).toMatch(
      new RegExp(`^Port ${port} of 127.0.0.1, for Temporal, is taken by \\S+ \\(pid ${process.pid}\\)\\.`),
    );
    expect(existsSync(`${database()}.version`)).toBe(false);
  } finally {
    server.close();
  }
});

test('an unusable data folder is refused with what to type', async () => {
  writeFileSync(path.join(data, 'file'), '');
  const serve = await AServe.start(path.join(data, 'file', 'data'));
  expect(await serve.end()).toBe(1);
  expect(serve.stderr).toMatch(
    /cannot be used for Temporal's database: ENOTDIR.*\n.*slipway serve --data DIR/,
  );
});

test.each([
  [['--port', 'seven'], /--port seven is no port/],
  [['--port', '65535'], /--ui-port 66535 is no port/],
  [['--ip', '10.0.0.1'], /'--ip <address>' argument '10\.0\.0\.1' is invalid/],
])('%j is a usage error', async (args, expected) => {
  const { code, stderr } = await slipway(['serve', '--data', data, ...args]);
  expect(stderr).toMatch(expected);
  expect(code).toBe(2);
});
