import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { findProgram } from '../../src/tools/find-program.js';
import { Refusal } from '../../src/tools/refusal.js';
import { talosctlClients } from '../../src/tools/talosctl-clients.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-clients-'));
const before = { ...process.env };
afterAll(() => {
  process.env = before;
  rmSync(root, { recursive: true, force: true });
});

const old = { node: '10.0.0.1', endpoint: '10.0.0.9' };
const young = { node: '10.0.0.2', endpoint: '10.0.0.9' };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(root, 'case-'));
  for (const name of Object.keys(process.env)) if (name.startsWith('SLIPWAY_')) delete process.env[name];
  // Every process is started through setpriv; node runs the programs below.
  symlinkSync(findProgram('setpriv', before['PATH'] ?? '') ?? '/nowhere', path.join(folder, 'setpriv'));
  Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
});

/** A talosctl of that version, configured by its variable: reports its version, and records each call as `<version> <arguments>`. */
function installed(
  version: string,
  variable = `SLIPWAY_BIN_TALOSCTL_${version.split('.').slice(0, 2).join('_')}`,
): void {
  const file = path.join(folder, `talosctl-${version}.cjs`);
  writeFileSync(
    file,
    `#!${process.execPath}
    const args = process.argv.slice(2);
    if (args[0] === 'version') {
      console.log('Talos v${version}');
    } else {
      require('node:fs').appendFileSync(${JSON.stringify(calls())}, '${version} ' + args.join(' ') + '\\n');
    }`,
  );
  chmodSync(file, 0o755);
  process.env[variable] = file;
}

const calls = (): string => path.join(folder, 'calls');

/** The client version of each call, and its arguments. */
function asked(): string[] {
  const lines = readFileSync(calls(), 'utf8').trim().split('\n');
  return lines.map((line) => line.split(' ').slice(0, 3).join(' '));
}

const clients = (first: string, talosconfig = async () => '/the/talosconfig') =>
  talosctlClients(talosconfig, first);

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

describe('any client', () => {
  test('is of the declared minor', async () => {
    installed('1.12.4');
    installed('1.13.9');
    await (await clients('v1.13.9').any()).etcdSnapshot(old, '/the/snapshot');
    expect(asked()).toEqual(['1.13.9 etcd snapshot']);
  });

  test('is another one where the declared minor is not here', async () => {
    installed('1.12.4');
    await (await clients('v1.13.9').any()).etcdSnapshot(young, '/the/snapshot');
    expect(asked()).toEqual(['1.12.4 etcd snapshot']);
  });

  test('is refused where there is none: the error names the declared one', async () => {
    const { reason } = await refusalOf(clients('v1.13.9').any());
    expect(reason).toMatchObject({ kind: 'tool-missing', tool: 'talosctl', version: '1.13.9' });
  });

  test('does not hide that the credential cannot be read', async () => {
    installed('1.12.4');
    const unreadable = {
      kind: 'credential-unreadable',
      which: 'talosconfig',
      reference: 'x',
      why: 'y',
    } as const;
    const broken = clients('v1.12.6', () => Promise.reject(new Refusal(unreadable)));
    expect((await refusalOf(broken.any())).reason).toEqual(unreadable);
  });

  test('passes node, endpoint and talosconfig on, to the node alone', async () => {
    installed('1.12.4');
    await (await clients('v1.12.6').any()).etcdSnapshot(old, '/the/snapshot');
    expect(readFileSync(calls(), 'utf8')).toBe(
      '1.12.4 etcd snapshot /the/snapshot --talosconfig /the/talosconfig --nodes 10.0.0.1 --endpoints 10.0.0.9\n',
    );
  });
});

describe('a client for changing a node', () => {
  test('is of exactly the minor that runs there', async () => {
    installed('1.12.4');
    installed('1.13.9');
    const changing = clients('v1.13.9');
    await (await changing.ofVersion('v1.12.4')).reboot(old, 'default');
    await (await changing.ofVersion('v1.13.5')).reboot(young, 'powercycle');
    expect(asked()).toEqual(['1.12.4 reboot --mode', '1.13.9 reboot --mode']);
  });

  test('is refused where there is none of that minor, though there are others', async () => {
    installed('1.12.4');
    const { reason } = await refusalOf(clients('v1.12.6').ofVersion('v1.13.5'));
    expect(reason).toMatchObject({ kind: 'tool-missing', tool: 'talosctl', version: '1.13.9' });
  });

  test('is refused where the one that was named is too old for the lifecycle flow', async () => {
    installed('1.13.2');
    const { reason } = await refusalOf(clients('v1.13.9').ofVersion('v1.13.5'));
    expect(reason).toMatchObject({ kind: 'tool-missing', why: expect.stringContaining('--no-reboot') });
  });
});
