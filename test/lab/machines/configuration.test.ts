import { describe, expect, test } from '@jest/globals';
import { createClusterCertificates } from '../../../lab/certificates.js';
import {
  createClusterSecrets,
  membershipOf,
  type ClusterSecrets,
} from '../../../lab/machines/configuration/cluster-secrets.js';
import { generateConfiguration } from '../../../lab/machines/configuration/generate-configuration.js';
import { whyNotImmediately } from '../../../lab/machines/configuration/immediate-changes.js';
import {
  hostnameIn,
  parseMachineConfiguration,
  problemsOf,
  roleIn,
} from '../../../lab/machines/configuration/machine-configuration.js';
import type { MachineDefinition } from '../../../lab/machines/machine.js';
import { CONTROL_SCHEMATIC } from './fake-images.js';

const place = (role: MachineDefinition['role']): MachineDefinition => ({
  name: role === 'worker' ? 'k8s-work-1' : 'k8s-ctrl-1',
  role,
  address: '10.20.67.1',
  loopback: '127.63.67.1',
  version: 'v1.12.1',
  schematic: CONTROL_SCHEMATIC,
});

function newSecrets(): ClusterSecrets {
  const { talos, kubernetes } = createClusterCertificates({
    machines: [],
    vip: { address: '10.20.67.100', loopback: '127.63.67.100' },
    apiServer: '127.63.0.1',
  });
  return createClusterSecrets({ talos: talos.authority, kubernetes: kubernetes.authority });
}

const secrets = newSecrets();
const generated = (role: MachineDefinition['role'], its = secrets): string =>
  generateConfiguration(place(role), {
    name: 'prox-ops',
    endpoint: 'https://10.20.67.100:6443',
    vip: '10.20.67.100',
    kubernetesVersion: 'v1.35.0',
    secrets: its,
  });
const parsed = (role: MachineDefinition['role'], change = (text: string): string => text) =>
  parseMachineConfiguration(change(generated(role)));

describe('the machine configuration the lab writes', () => {
  test.each(['control-plane', 'worker'] as const)(
    'makes a %s of its machine and fits the cluster',
    (role) => {
      const configuration = parsed(role);
      expect(problemsOf(configuration)).toEqual([]);
      expect({ role: roleIn(configuration), hostname: hostnameIn(configuration) }).toEqual({
        role,
        hostname: place(role).name,
      });
      const etcd = role === 'control-plane';
      expect(membershipOf(configuration, secrets)).toEqual({ talosApi: 'secured', kubernetes: true, etcd });
    },
  );

  test('gives a worker no key of an authority', () => {
    expect(generated('worker')).not.toMatch(/key: \S{40}/);
  });
});

describe('a configuration that does not fit', () => {
  test.each([
    { role: 'control-plane', talosApi: 'foreign' },
    { role: 'worker', talosApi: 'none' },
  ] as const)('of another cluster keeps a $role out of everything', ({ role, talosApi }) => {
    const other = parseMachineConfiguration(generated(role, newSecrets()));
    expect(problemsOf(other)).toEqual([]);
    expect(membershipOf(other, secrets)).toEqual({ talosApi, kubernetes: false, etcd: false });
  });

  test('with another bootstrap token keeps the kubelet out, and nothing else', () => {
    const wrong = parsed('control-plane', (text) =>
      text.replace(secrets.bootstrapToken, 'aaaaaa.bbbbbbbbbbbbbbbb'),
    );
    expect(membershipOf(wrong, secrets)).toEqual({ talosApi: 'secured', kubernetes: false, etcd: true });
  });

  test.each([
    {
      change: (text: string) => text.replace('type: controlplane', 'type: master'),
      problem: 'unknown machine type "master"',
    },
    {
      change: (text: string) => text.replace('type: controlplane', 'type: worker'),
      problem: 'issuing Talos API CA key is not allowed on non-controlplane nodes (.machine.ca)',
    },
    {
      change: (text: string) => text.replace(/endpoint: .*/, 'endpoint: ""'),
      problem: 'cluster controlplane endpoint is required',
    },
  ])('is refused: $problem', ({ change, problem }) => {
    expect(problemsOf(parsed('control-plane', change))).toContain(problem);
  });

  test.each([
    { text: 'version: v1alpha1\nnode: {}\n', said: /unknown keys found during decoding:\nnode/ },
    { text: 'machine: {}\n', said: /missing kind/ },
    { text: '{', said: /^error decoding document: yaml: / },
  ])('is no configuration at all: $said', ({ text, said }) => {
    expect(() => parseMachineConfiguration(text)).toThrow(said);
  });
});

describe('a change', () => {
  const current = parsed('worker');

  test('of what Talos can change while it runs needs no reboot', () => {
    const next = parsed('worker', (text) => text.replace('hostname: k8s-work-1', 'hostname: other'));
    expect(whyNotImmediately(current, next)).toBeUndefined();
  });

  test('of anything else needs one, and says what changed', () => {
    const next = parsed('worker', (text) =>
      text.replace('diskQuotaSupport: true', 'diskQuotaSupport: false'),
    );
    expect(whyNotImmediately(current, next)).toMatch(
      /can't be applied in immediate mode\ndiff:\n[^]*-.*diskQuotaSupport: true\n\+.*diskQuotaSupport: false/,
    );
  });
});
