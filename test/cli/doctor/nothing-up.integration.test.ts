import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClusterCertificates, kubeconfig, talosconfig } from '../../../lab/certificates.js';
import type { Finding } from '../../../src/cli/doctor/check.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { slipway, type Ended } from '../run-slipway.js';

/** Credentials exist, and nothing responds: every check ends, and each skipped check says why. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-doctor-'));
const nowhere = '127.0.0.99';
let ended: Ended;
let findings: readonly Finding[];

beforeAll(async () => {
  const example = readFileSync(path.join(projectRoot, 'examples/prox-ops/slipway.yaml'), 'utf8');
  const inventory = example
    .replace(/reader: \{[^}]*\}/, 'reader: { file: reader }')
    .replace(/admin: \{[^}]*\}/, 'admin: { file: missing }')
    .replace(/kubernetes: \{[^}]*\}/, 'kubernetes: { file: kubeconfig }')
    .replace(/directory: .*/, 'directory: snapshots');
  write('slipway.yaml', inventory);
  const { talos, kubernetes } = createClusterCertificates({
    machines: [],
    vip: { address: nowhere, loopback: nowhere },
    apiServer: nowhere,
  });
  const client = talos.client(['os:reader', 'os:etcd:backup']);
  write('reader', talosconfig('prox-ops', { ca: talos.authority.certificate, client, endpoints: [] }));
  write(
    'kubeconfig',
    kubeconfig('prox-ops', {
      ca: kubernetes.authority.certificate,
      client: kubernetes.client('slipway', []),
      server: `https://${nowhere}:6443`,
      user: 'slipway',
    }),
  );
  const addresses = [...inventory.matchAll(/address: ([\d.]+)/g)].map((match) => [match[1], nowhere]);
  write(
    'dial.json',
    JSON.stringify({ ...Object.fromEntries(addresses), 'factory.talos.dev': `http://${nowhere}:65000` }),
  );
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', SLIPWAY_DIAL: path.join(folder, 'dial.json') };
  ended = await slipway(['doctor', '--json'], { env, cwd: folder });
  findings = (JSON.parse(ended.stdout) as { findings: Finding[] }).findings;
});

afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(path.join(folder, name), text, { mode: 0o600 });
}

function verdictOf(what: string): string | undefined {
  return findings.find((one) => one.what === what)?.verdict;
}

describe('slipway doctor where nothing is up', () => {
  test('exits 1 and has a result in every group', () => {
    expect(ended.code).toBe(1);
    expect(new Set(findings.map(({ group }) => group)).size).toBe(10);
    for (const { says } of findings) expect(says).toMatch(/[.!?…]$/);
  });

  test('names each unreachable endpoint on its own row, with what to type', () => {
    const closed = findings.filter(({ group, verdict }) => group === 'endpoints' && verdict === 'fail');
    expect(closed.map(({ what }) => what)).toEqual([
      'k8s-ctrl-1, Talos API',
      'k8s-ctrl-2, Talos API',
      'k8s-ctrl-3, Talos API',
      'k8s-ctrl-1, Kubernetes API',
      'k8s-ctrl-2, Kubernetes API',
      'k8s-ctrl-3, Kubernetes API',
    ]);
    for (const { says, type } of closed) {
      expect(says).toContain('ECONNREFUSED');
      expect(type).toHaveLength(1);
    }
  });

  test.each([
    ['talosconfig (reader), roles', 'ok'],
    ['talosconfig (admin)', 'fail'],
    ['talosconfig (admin), age', 'not-asked'],
    ['kubeconfig, age', 'ok'],
    ['kubeconfig, enough', 'not-asked'],
    ['k8s-work-4, node', 'not-asked'],
    ['clock', 'not-asked'],
    ['server', 'fail'],
    ['retention', 'not-asked'],
    ['factory', 'fail'],
    ['image of 3 control planes', 'not-asked'],
    ['nodes', 'not-asked'],
    ['marks', 'not-asked'],
    ['folder', 'ok'],
  ])('%s: %s', (what, verdict) => {
    expect(verdictOf(what)).toBe(verdict);
  });

  test('an inventory that cannot be read is a mistake, not a finding', async () => {
    const missing = await slipway(['doctor', '--inventory', 'nowhere.yaml'], { cwd: folder });
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('nowhere.yaml');
  });
});
