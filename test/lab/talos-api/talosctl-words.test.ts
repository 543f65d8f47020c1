import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createClusterCertificates,
  expiredYesterday,
  talosconfig,
  type ClusterCertificates,
} from '../../../lab/certificates.js';
import { takeLoopback } from '../../../lab/processes/loopback.js';
import { ProcessGroup } from '../../../lab/processes/process-group.js';
import { httpAnswers } from '../../../lab/processes/ready-probe.js';
import { talosKeys } from '../../../src/tools/credential-certificates.js';
import { talosLooks } from '../../../src/tools/talos-api/talos-looks.js';
import { toolPath } from '../../../src/tools/tool-path.js';

/**
 * The lab's machines cannot send a TLS alert, and Talos sends them. A real etcd does: a gRPC server in Go as Talos' own, mutual TLS with
 * the same keys. Slipway's client and talosctl must report the same reason for each rejection.
 */
const directory = mkdtempSync(path.join(tmpdir(), 'slipway-words-'));
const loopback = takeLoopback();
const processes = new ProcessGroup(directory);
const address = `${loopback.prefix}.67.1`;
const machine = { name: 'a', role: 'control-plane', address, loopback: address } as const;
const options = { machines: [machine], vip: { address, loopback: address }, apiServer: address };
const own = createClusterCertificates(options);
const foreign = createClusterCertificates(options);

// A real etcd is started here, on a machine that may be busy.

beforeAll(async () => {
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(directory, name), text.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY'));
    return path.join(directory, name);
  };
  const server = own.talos.server(machine);
  const peer = `http://${address}:2380`;
  await processes.start({
    name: 'etcd',
    command: await toolPath('etcd'),
    args: [
      `--data-dir=${path.join(directory, 'data')}`,
      `--listen-client-urls=https://${address}:50000`,
      `--advertise-client-urls=https://${address}:50000`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      `--cert-file=${file('server.crt', server.certificate)}`,
      `--key-file=${file('server.key', server.key)}`,
      `--trusted-ca-file=${file('ca.crt', own.talos.authority.certificate)}`,
      '--client-cert-auth',
    ],
    logFile: path.join(directory, 'etcd.log'),
    ready: { probe: httpAnswers(`${peer}/version`), timeoutMs: 30_000, everyMs: 50 },
  });
});

afterAll(async () => {
  await processes.stopAll();
  loopback.release();
  rmSync(directory, { recursive: true, force: true });
});

/** Slipway's message about the certificate, and talosctl's whole output. */
async function turnedDown(config: string): Promise<{ why: unknown; printed: string }> {
  const keys = talosKeys('talosconfig (reader)', { file: 'reader' }, config);
  const looks = talosLooks(keys);
  const error: unknown = await looks
    .services({ node: address, endpoint: address })
    .catch((one: unknown) => one);
  looks.close();
  const file = path.join(directory, 'talosconfig');
  writeFileSync(file, config);
  const args = ['--talosconfig', file, '-n', address, '-e', address, 'service'];
  const printed = await askTalosctl(args);
  return { why: (error as { reason?: { why: unknown } }).reason?.why ?? String(error), printed };
}

/**
 * In TLS 1.3 a client may write before it reads that it was rejected; if the server has closed by then, talosctl reports only that its
 * write failed. A retry shows the reason.
 */
async function askTalosctl(args: readonly string[]): Promise<string> {
  const binary = await toolPath('talosctl');
  let printed = '';
  for (let asked = 0; asked < 100; asked += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    printed = await new Promise<string>((resolve) => {
      execFile(binary, args, { timeout: 30_000 }, (_, stdout, stderr) => resolve(stdout + stderr));
    });
    if (!/broken pipe|connection reset/.test(printed)) return printed;
  }
  return printed;
}

const config = (ca: ClusterCertificates, client: { certificate: string; key: string }): string =>
  talosconfig('prox-ops', { ca: ca.talos.authority.certificate, client, endpoints: [] });

test.each([
  {
    what: 'that has ended',
    text: () => config(own, own.talos.client(['os:reader'], expiredYesterday())),
    why: 'tls: expired certificate',
  },
  {
    what: 'of another CA',
    text: () => config(own, foreign.talos.client(['os:reader'])),
    why: 'tls: unknown certificate authority',
  },
  {
    what: 'that trusts another CA',
    text: () => config(foreign, own.talos.client(['os:reader'])),
    why: 'x509: certificate signed by unknown authority',
  },
])('a talosconfig $what is rejected in the words of talosctl', async ({ text, why }) => {
  const said = await turnedDown(text());
  expect(said).toEqual({ why, printed: expect.stringContaining(why) });
});

test('a server that is no Talos does not count as a rejected credential', async () => {
  const said = await turnedDown(config(own, own.talos.client(['os:reader'])));
  expect(said).toEqual({
    why: expect.stringContaining('unknown service machine.MachineService'),
    printed: expect.stringContaining('unknown service machine.MachineService'),
  });
});
