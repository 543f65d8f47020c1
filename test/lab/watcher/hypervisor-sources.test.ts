import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WatchedLab } from '../../../lab/watcher/lab-directory.js';
import { commandOf } from '../../../lab/watcher/sources/commands.js';
import { hypervisorLine, hypervisorRequests } from '../../../lab/watcher/sources/hypervisor-log.js';
import { secretsIn, secretsOf } from '../../../lab/watcher/sources/secrets.js';
import { StateLooks } from '../../../lab/watcher/sources/state-looks.js';

let folder: string;
const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-watched-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the hypervisor’s log', () => {
  const asked = {
    time: '2026-03-01T12:00:00.000Z',
    event: 'asked',
    request: 7,
    method: 'POST',
    path: '/vms',
    by: 'terraform@pve!slipway',
    vmid: 8004,
    asks: { cpu: 4 },
  };

  it('merges a request and its answer', () => {
    const answered = {
      ...asked,
      time: '2026-03-01T12:00:01.500Z',
      event: 'answered',
      status: 500,
      error: 'no',
    };
    const [only, ...others] = hypervisorRequests([asked, answered].map(hypervisorLine));
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      at: Date.parse(asked.time),
      method: 'POST',
      vmid: 8004,
      asks: { cpu: 4 },
      status: 500,
      error: 'no',
      took: 1_500,
    });
  });

  it('keeps one that was never answered', () => {
    const [only] = hypervisorRequests([hypervisorLine(asked)]);
    expect(only?.status).toBeUndefined();
    expect(only?.took).toBeUndefined();
  });

  it.each([[{}], [{ ...asked, event: 'lost' }], [{ ...asked, time: 'noon' }]])(
    'does not take %j for a line',
    (line) => {
      expect(() => hypervisorLine(line)).toThrow('no line of a hypervisor');
    },
  );
});

describe('an observation of the Terraform state', () => {
  it('reads its content, and the owner of its lock', async () => {
    const file = path.join(folder, 'terraform.tfstate');
    const looks = new StateLooks(file);
    await looks.look();
    writeFileSync(file, JSON.stringify({ lineage: 'one', serial: 3 }));
    write('.terraform.tfstate.lock.info', JSON.stringify({ ID: 'a-lock' }));
    await looks.look();
    writeFileSync(file, '{"lineage": "one", "ser');
    await looks.look();
    const [nothing, something, torn] = looks.looks;
    expect(nothing).toEqual({ at: expect.any(Number) });
    expect(something).toMatchObject({ lock: 'a-lock', state: { lineage: 'one', serial: 3 } });
    expect(torn?.state).toBeUndefined();
  });
});

describe('talosctl on its way to a machine without a certificate', () => {
  const machines = [{ name: 'k8s-work-1', address: '10.20.67.4', loopback: '127.77.67.4' }];
  const dials = ['talosctl', 'get', 'systeminformation', '-e', '127.77.67.4', '-n', '127.77.67.4'];

  it('differs from one with a certificate', () => {
    expect(commandOf([...dials, '--insecure'], machines)).toMatchObject({
      insecure: true,
      nodes: ['k8s-work-1'],
    });
    expect(commandOf(dials, machines)).not.toHaveProperty('insecure');
  });
});

describe('the secrets of a lab whose machines can be replaced', () => {
  const key =
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFB1dCBub3RoaW5nIGluIGhl\n-----END PRIVATE KEY-----\n';
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  function lab(): WatchedLab {
    const empty = write('empty', 'nothing here');
    const configuration = [
      'machine:',
      '  token: abcdef.0123456789abcdef',
      '  ca:',
      `    crt: ${base64('-----BEGIN CERTIFICATE-----')}`,
      `    key: ${base64(key)}`,
      'cluster:',
      '  secretboxEncryptionSecret: c2VjcmV0Ym94IHNlY3JldCBvZiB0aGUgbGFi',
      '',
    ].join('\n');
    return {
      kubeconfig: { admin: empty, slipway: empty },
      talosconfig: { admin: empty, reader: empty },
      hypervisor: {
        tokens: [write('token', 'terraform@pve!slipway=0b5c9f3e-aaaa-bbbb\n')],
        machineConfigurations: [write('a.yaml', configuration), write('b.yaml', configuration)],
      },
    } as unknown as WatchedLab;
  }

  it.each([
    ['the hypervisor’s token', 'PVEAPIToken=terraform@pve!slipway=0b5c9f3e-aaaa-bbbb', /hypervisor's token/],
    ['the token machines join with', 'token: abcdef.0123456789abcdef', /^token/],
    ['the key of an authority', key, /^key/],
    ['that key as a machine configuration has it', base64(key), /^key/],
    ['what Secrets are encrypted with', 'c2VjcmV0Ym94IHNlY3JldCBvZiB0aGUgbGFi', /^secretboxEncryptionSecret/],
  ])('hold %s, once', (_title, words, name) => {
    const found = secretsIn(words, secretsOf(lab(), []));
    expect(found).toEqual([expect.stringMatching(name)]);
  });

  it('hold neither the name of a token nor a certificate', () => {
    const words = `terraform@pve!slipway ${base64('-----BEGIN CERTIFICATE-----')}`;
    expect(secretsIn(words, secretsOf(lab(), []))).toEqual([]);
  });
});
