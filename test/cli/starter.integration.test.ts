import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe as group, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { goodText } from '../starter/a-starter.js';
import { aListedPull, tryGitHub } from '../tools/git-host/a-github.js';
import { slipway, startSlipway } from './run-slipway.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-cli-starter-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
const secret = '0123456789abcdef0123456789abcdef';

/** A starter.yaml with only the first repository, changed. */
function written(name: string, changes: object, listen?: object): string {
  const { repositories } = parse(goodText) as { repositories: object[] };
  const file = path.join(folder, name);
  writeFileSync(
    file,
    stringify({ ...(listen ? { listen } : {}), repositories: [{ ...repositories[0], ...changes }] }),
  );
  return file;
}

group('slipway starter check', () => {
  test('lists all mistakes of the file at once', async () => {
    const file = written('mistakes.yaml', { name: 'acme', secrets: ['geheim'] });
    const { code, stderr } = await slipway(['starter', 'check', '-f', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/mistakes\.yaml:\d+ repositories\[0\]\.name: /);
    expect(stderr).toMatch(/repositories\[0\]\.secrets/);
    expect(stderr).not.toContain('geheim');
  });

  test('names unreadable secrets, and git hosts and servers that do not respond', async () => {
    const file = written('silent.yaml', {});
    const { code, stdout } = await slipway(['starter', 'check', '-f', file]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      '✗ acme/home-ops: the webhook secret of acme/home-ops cannot be read from env HOOK_SECRET',
    );
    expect(stdout).toContain(
      '✗ acme/home-ops: the token for acme/home-ops cannot be read from env GITHUB_TOKEN',
    );
    expect(stdout).toContain('✗ Temporal: Temporal does not answer as it should');
  });

  test('names what works, and the git host that responds; a guessable secret fails', async () => {
    const there = await tryGitHub(({ line }) => {
      if (line.includes('/branches/')) return { body: { commit: { sha: 'a'.repeat(40) } } };
      if (line === 'GET /user') return { body: { login: 'slipway-of-acme' } };
      return { body: { ...aListedPull(), permissions: { push: true } } };
    });
    const file = written('well.yaml', { api: there.url, secrets: [{ env: 'HOOK_SECRET' }] });
    const env = { ...nowhere, HOOK_SECRET: secret, GITHUB_TOKEN: 'ghp_x' };
    const asked = async (more: object) => {
      const { code, stdout } = await slipway(['starter', 'check', '-f', file, '--json'], {
        env: { ...env, ...more },
      });
      return { code, ...(JSON.parse(stdout) as { checks: { ok: boolean; says: string }[] }) };
    };
    const well = await asked({});
    expect(well.checks.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(well.checks[1]?.says).toContain('main stands at aaaaaaaaaaaa; comments come from slipway-of-acme');
    // Only Temporal is missing.
    expect(well.code).toBe(3);
    const short = await asked({ HOOK_SECRET: 'short' });
    expect(short.checks[0]).toMatchObject({ ok: false, says: expect.stringContaining('openssl rand') });
    expect(short.code).toBe(1);
    await there.stop();
  });
});

group('slipway starter', () => {
  test('does not start without its secrets', async () => {
    const { code, stderr } = await slipway(['starter', '-f', written('none.yaml', {})]);
    expect(code).toBe(2);
    expect(stderr).toContain('env HOOK_SECRET');
    expect(stderr).toContain('slipway starter check');
  });

  test('receives webhooks while Temporal is unreachable, until a signal stops it', async () => {
    const file = written('hears.yaml', { secrets: [{ env: 'HOOK_SECRET' }] }, { port: 0 });
    const { child, ended } = startSlipway(['starter', '-f', file, '--json'], {
      env: { ...nowhere, HOOK_SECRET: secret },
    });
    const line = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (data) => resolve(String(data))),
    );
    const { kind, port } = JSON.parse(line) as { kind: string; port: number };
    expect(kind).toBe('listening');
    const answer = await fetch(`http://127.0.0.1:${port}/webhooks/github`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(415);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const kinds = stdout
      .trim()
      .split('\n')
      .map((text) => (JSON.parse(text) as { kind: string }).kind);
    expect(kinds).toEqual(['listening', 'request', 'stopped']);
  });

  test('names the process that uses its port', async () => {
    const file = written('port.yaml', { secrets: [{ env: 'HOOK_SECRET' }] }, { port: 0 });
    const env = { ...nowhere, HOOK_SECRET: secret };
    const { child, ended } = startSlipway(['starter', '-f', file, '--json'], { env });
    const line = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (data) => resolve(String(data))),
    );
    const { port } = JSON.parse(line) as { port: number };
    const second = await slipway(
      ['starter', '-f', written('taken.yaml', { secrets: [{ env: 'HOOK_SECRET' }] }, { port })],
      { env },
    );
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
    child.kill('SIGTERM');
    await ended;
  });
});
