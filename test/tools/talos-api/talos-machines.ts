import {
  createClusterCertificates,
  talosconfig,
  type ClusterCertificates,
  type Validity,
} from '../../../lab/certificates.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import type { MachineDefinition } from '../../../lab/machines/machine.js';
import { takeLoopback } from '../../../lab/processes/loopback.js';
import type { RequestLogLine } from '../../../lab/talos-api/request-log.js';
import { createTalosMachines, type TalosMachines } from '../../../lab/talos-api/talos-machines.js';
import { talosKeys, type TalosKeys } from '../../../src/tools/credential-certificates.js';
import { talosLooks, type TalosLooks } from '../../../src/tools/talos-api/talos-looks.js';
import type { TalosTarget } from '../../../src/tools/talos-target.js';
import { CONTROL_SCHEMATIC, FakeImages } from '../../lab/machines/fake-images.js';
import { FakeParts } from '../../lab/machines/fake-parts.js';

/** Three control planes of the lab with their Talos APIs, without an etcd behind them. */
export interface TestMachines extends TalosMachines {
  readonly requests: RequestLogLine[];
  /** One of their addresses, where nothing listens. */
  readonly nobody: string;
  /** `ca`: the expected authority of the server's certificate; `client`: the authority of ours. Default: the machines' own. */
  keys(options?: {
    validity?: Validity;
    ca?: ClusterCertificates;
    client?: ClusterCertificates;
    role?: 'os:reader' | 'os:admin';
  }): TalosKeys;
  /** Clients that are closed with the machines. */
  looks(keys?: TalosKeys): TalosLooks;
  target(endpoint: string, node: string): TalosTarget;
  stop(): Promise<void>;
}

const role = 'control-plane';

/** Starts them, all ready. */
export async function startMachines(): Promise<TestMachines> {
  const loopback = takeLoopback();
  const definitions = [1, 2, 3].map((number): MachineDefinition => ({
    name: `k8s-ctrl-${number}`,
    role,
    address: `10.20.67.${number}`,
    loopback: `${loopback.prefix}.67.${number}`,
    version: 'v1.12.1',
    schematic: CONTROL_SCHEMATIC,
  }));
  const certificates = foreignCertificates(definitions);
  const requests: RequestLogLine[] = [];
  const machines = await createTalosMachines({
    definitions,
    certificates: certificates.talos,
    parts: new FakeParts(),
    images: new FakeImages(),
    faults: new FaultPlan({ nodes: definitions.map(({ name }) => name) }),
    speed: 20,
    machineLog: () => undefined,
    requestLog: (line) => requests.push(line),
  });
  await Promise.all(machines.machines.map((machine) => machine.powerOn()));
  const opened: TalosLooks[] = [];
  const keys: TestMachines['keys'] = ({ validity, ca, client, role: as = 'os:reader' } = {}) => {
    const text = talosconfig('prox-ops', {
      ca: (ca ?? certificates).talos.authority.certificate,
      client: (client ?? certificates).talos.client([as], validity),
      endpoints: [],
    });
    return talosKeys('talosconfig (reader)', { file: 'reader' }, text);
  };
  return {
    ...machines,
    requests,
    nobody: `${loopback.prefix}.67.99`,
    keys,
    looks: (own = keys()) => {
      const looks = talosLooks(own, 'talosconfig (reader)');
      opened.push(looks);
      return looks;
    },
    target: (endpoint, node) => ({
      node: machines.machine(node).definition.address,
      endpoint: machines.machine(endpoint).definition.loopback,
    }),
    stop: async () => {
      for (const looks of opened) looks.close();
      await machines.powerOff();
      loopback.release();
    },
  };
}

/** Of another cluster with the same machines. */
export function foreignCertificates(machines: readonly MachineDefinition[]): ClusterCertificates {
  return createClusterCertificates({
    machines,
    vip: { address: '10.20.67.100', loopback: '127.0.0.1' },
    apiServer: '127.0.0.1',
  });
}
