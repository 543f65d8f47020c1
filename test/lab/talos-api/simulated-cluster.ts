import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createClusterCertificates,
  talosconfig,
  type ClusterCertificates,
  type TalosRole,
  type Validity,
} from '../../../lab/certificates.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { EtcdMember } from '../../../lab/kubernetes/etcd-member.js';
import {
  createClusterSecrets,
  type ClusterSecrets,
} from '../../../lab/machines/configuration/cluster-secrets.js';
import { generateConfiguration } from '../../../lab/machines/configuration/generate-configuration.js';
import { EtcdClient } from '../../../lab/machines/etcd-client.js';
import type { Machine, MachineDefinition } from '../../../lab/machines/machine.js';
import type { MachineLogLine } from '../../../lab/machines/machine-log.js';
import { takeLoopback } from '../../../lab/processes/loopback.js';
import { ProcessGroup } from '../../../lab/processes/process-group.js';
import type { RequestLogLine } from '../../../lab/talos-api/request-log.js';
import { createTalosMachines, type TalosMachines } from '../../../lab/talos-api/talos-machines.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { CONTROL_SCHEMATIC, FakeImages, WORKER_SCHEMATIC } from '../machines/fake-images.js';
import { FakeParts } from '../machines/fake-parts.js';

/** The result of a talosctl. */
export interface TalosctlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Minors of talosctl the tests run. */
export type Client = '1.11' | '1.12' | '1.13';

/** The settings of a talosctl run. */
export interface TalosctlOptions {
  /** Machine that is dialled; default k8s-ctrl-1. */
  readonly endpoint?: string;
  /** Machines the request is for; default: the one that is dialled. */
  readonly nodes?: readonly string[];
  /** Talosconfig file; default: the administrator's. */
  readonly talosconfig?: string;
  /** Minor of the talosctl that is run; default 1.12. */
  readonly client?: Client;
}

/** Three control planes with a real etcd each, a worker, and the real talosctl. */
export interface SimulatedCluster extends TalosMachines {
  readonly parts: FakeParts;
  readonly images: FakeImages;
  readonly faults: FaultPlan;
  readonly certificates: ClusterCertificates;
  readonly requests: RequestLogLine[];
  readonly events: MachineLogLine[];
  readonly directory: string;
  talosctl(args: readonly string[], options?: TalosctlOptions): Promise<TalosctlResult>;
  /** Writes a talosconfig and returns its path. */
  config(name: string, roles: readonly TalosRole[], validity?: Validity): string;
  /** Writes the machine configuration of a machine, with the cluster's secrets or others, and returns its path. */
  configuration(name: string, secrets?: ClusterSecrets): string;
  /** The real talosctl without certificates, straight to that machine. */
  insecure(args: readonly string[], name: string, client?: Client): Promise<TalosctlResult>;
  etcd(name: string): EtcdMember;
  stop(): Promise<void>;
}

const SPEED = 4;

/** Starts the cluster with everything switched on and ready. `versions`: what its machines run; default v1.12.1. */
export async function startSimulatedCluster(
  versions: Readonly<Record<string, string>> = {},
): Promise<SimulatedCluster> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-talos-'));
  const loopback = takeLoopback();
  const processes = new ProcessGroup(directory);
  const binaries = {
    talosctl: {
      '1.11': await toolPath('talosctl', '1.11'),
      '1.12': await toolPath('talosctl', '1.12'),
      '1.13': await toolPath('talosctl', '1.13'),
    },
    etcd: await toolPath('etcd'),
  };
  const places = definitionsOn(loopback.prefix, versions);
  const members = etcdMembers(places, { directory, processes, binary: binaries.etcd });
  const parts = new FakeParts({
    start: (machine) => memberOf(members, machine.name).start(),
    stop: (machine) => memberOf(members, machine.name).stop(),
    wipe: async (machine) => members.find(({ name }) => name === machine.name)?.destroy(),
  });
  const certificates = createClusterCertificates({
    machines: places,
    vip: { address: '10.20.67.100', loopback: `${loopback.prefix}.67.100` },
    apiServer: `${loopback.prefix}.0.1`,
  });
  const secrets = createClusterSecrets({
    talos: certificates.talos.authority,
    kubernetes: certificates.kubernetes.authority,
  });
  const configurationOf = (place: MachineDefinition, its: ClusterSecrets = secrets): string =>
    generateConfiguration(place, {
      name: 'prox-ops',
      endpoint: 'https://10.20.67.100:6443',
      vip: '10.20.67.100',
      kubernetesVersion: 'v1.35.0',
      secrets: its,
    });
  const definitions = places.map((place) => ({ ...place, configuration: configurationOf(place) }));
  const requests: RequestLogLine[] = [];
  const events: MachineLogLine[] = [];
  const images = new FakeImages();
  const faults = new FaultPlan({ nodes: definitions.map(({ name }) => name) });
  const talos = await createTalosMachines({
    definitions,
    certificates: certificates.talos,
    parts,
    images,
    faults,
    speed: SPEED,
    // A talosctl that waits must run before its machine is back, on a busy machine too.
    durations: { reboot: 3_000 },
    secrets,
    machineLog: (line) => events.push(line),
    requestLog: (line) => requests.push(line),
  });
  const config = (name: string, roles: readonly TalosRole[], validity?: Validity): string => {
    const file = path.join(directory, name);
    const client = certificates.talos.client(roles, validity);
    const access = { ca: certificates.talos.authority.certificate, client, endpoints: [] };
    writeFileSync(file, talosconfig('prox-ops', access), { mode: 0o600 });
    return file;
  };
  const admin = config('admin', ['os:admin']);
  await Promise.all(talos.machines.map((machine) => machine.powerOn()));
  await Promise.all(
    talos.machines.map((machine) =>
      machine.waitFor(({ ready }) => ready, { what: 'ready', timeoutMs: 10_000 }),
    ),
  );
  return {
    ...talos,
    parts,
    images,
    faults,
    certificates,
    requests,
    events,
    directory,
    config,
    configuration: (name, its) => {
      const file = path.join(directory, `${name}.yaml`);
      writeFileSync(file, configurationOf(talos.machine(name).definition, its), { mode: 0o600 });
      return file;
    },
    insecure: (args, name, client = '1.12') =>
      run(binaries.talosctl[client], [...args, '--insecure', '-n', talos.machine(name).definition.loopback]),
    etcd: (name) => memberOf(members, name),
    talosctl: (args, options = {}) =>
      runTalosctl(binaries.talosctl[options.client ?? '1.12'], talos, args, {
        talosconfig: admin,
        ...options,
      }),
    stop: async () => {
      await talos.powerOff();
      await processes.stopAll();
      loopback.release();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The name of the leading member, as soon as there is one. Throws after twenty seconds. */
export async function leaderOf({ machines }: TalosMachines): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    for (const { name, definition } of machines.slice(0, 3)) {
      const state = await new EtcdClient(`http://${definition.loopback}:2379`)
        .status()
        .catch(() => undefined);
      if (state !== undefined && state.leader === state.header.member_id) return name;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The etcd of the test has no leader after twenty seconds.');
}

function definitionsOn(prefix: string, versions: Readonly<Record<string, string>>): MachineDefinition[] {
  return [1, 2, 3, 4].map((number) => ({
    name: nameOf(number),
    role: number < 4 ? 'control-plane' : 'worker',
    address: `10.20.67.${number}`,
    loopback: `${prefix}.67.${number}`,
    version: versions[nameOf(number)] ?? 'v1.12.1',
    schematic: number < 4 ? CONTROL_SCHEMATIC : WORKER_SCHEMATIC,
  }));
}

function nameOf(number: number): string {
  return number < 4 ? `k8s-ctrl-${number}` : 'k8s-work-1';
}

function etcdMembers(
  definitions: readonly MachineDefinition[],
  place: { directory: string; processes: ProcessGroup; binary: string },
): EtcdMember[] {
  const members = definitions.filter(({ role }) => role === 'control-plane');
  return members.map((definition) => new EtcdMember(definition, { ...place, members }));
}

function memberOf(members: readonly EtcdMember[], name: string): EtcdMember {
  const member = members.find((candidate) => candidate.name === name);
  if (member === undefined) throw new Error(`${name} has no etcd.`);
  return member;
}

function runTalosctl(
  binary: string,
  talos: TalosMachines,
  args: readonly string[],
  options: TalosctlOptions & { talosconfig: string },
): Promise<TalosctlResult> {
  const endpoint = talos.machine(options.endpoint ?? 'k8s-ctrl-1');
  const nodes = (options.nodes ?? [endpoint.name]).map((name) => address(talos.machine(name)));
  const argv = [
    ...args,
    '--talosconfig',
    options.talosconfig,
    '-e',
    endpoint.definition.loopback,
    '-n',
    nodes.join(','),
  ];
  return run(binary, argv);
}

function run(binary: string, argv: readonly string[]): Promise<TalosctlResult> {
  return new Promise((resolve) => {
    execFile(binary, argv, { timeout: 30_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}

function address(machine: Machine): string {
  return machine.definition.address;
}
