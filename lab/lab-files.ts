import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import {
  expiredYesterday,
  talosconfig,
  type ClusterCertificates,
  type TalosRole,
  type Validity,
} from './certificates.js';
import type { ClusterDefinition } from './clusters/cluster-definition.js';
import { labInventory } from './clusters/inventory-yaml.js';
import type { LimitsName } from './clusters/lab-limits.js';
import type { HypervisorDescription } from './lab-description.js';
import { hypervisorFiles, machineConfigurations } from './lab-hypervisor.js';
import type { MachineDefinition } from './machines/machine.js';

/** Files of a lab for Slipway and for people. */
export interface LabFiles {
  readonly inventory: string;
  readonly dialMap: string;
  readonly talosconfig: { readonly reader: string; readonly admin: string; readonly expired: string };
  readonly machineConfigurations: Readonly<Record<string, string>>;
  readonly ageIdentity: string;
  readonly ageRecipient: string;
}

/** The inputs of those files. */
export interface LabFilesOptions {
  readonly directory: string;
  readonly definition: ClusterDefinition;
  readonly machines: readonly MachineDefinition[];
  /** Machine configurations without the content of patches, by machine. */
  readonly unpatched: Readonly<Record<string, string>>;
  readonly vip: string;
  readonly factoryUrl: string;
  /** Versions that git declares. */
  readonly declared: { readonly talos: string; readonly kubernetes: string };
  readonly speed: number;
  readonly limits: LimitsName;
  readonly decision: string;
  readonly certificates: ClusterCertificates['talos'];
  /** The kubeconfig `slipway.yaml` names, in the lab's folder. */
  readonly kubeconfig: string;
  /** The machines' hypervisor, where they have one. */
  readonly hypervisor?: HypervisorDescription;
  /** Called with the lab's overrides of an inventory that a person wrote. */
  tell(what: string): void;
}

/** Writes slipway.yaml, the dial map, talosconfigs, machine configurations and an age identity, readable only for their owner. */
export async function writeLabFiles(options: LabFilesOptions): Promise<LabFiles> {
  const { definition, machines, certificates } = options;
  const write = (name: string, text: string): string => {
    const file = path.join(options.directory, name);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const endpoints = machines.filter(({ role }) => role === 'control-plane').map(({ loopback }) => loopback);
  const writeTalosconfig = (name: string, roles: readonly TalosRole[], validity?: Validity): string => {
    const client = certificates.client(roles, validity);
    return write(
      name,
      talosconfig(definition.cluster, { ca: certificates.authority.certificate, client, endpoints }),
    );
  };
  const identity = await generateX25519Identity();
  const ageRecipient = await identityToRecipient(identity);
  const dialled = [
    ...machines.map(({ address, loopback }) => [address, loopback]),
    [definition.vip, options.vip],
  ];
  const files = {
    reader: 'talosconfig-reader',
    admin: 'talosconfig-admin',
    kubeconfig: path.basename(options.kubeconfig),
    snapshots: 'snapshots',
  };
  const configurations = machines.flatMap(({ name, configuration }) => {
    const text = options.unpatched[name] ?? configuration;
    const file = machineConfigurations.replace('{node}', name);
    return text === undefined ? [] : [[name, write(file, text)]];
  });
  for (const [file, text] of Object.entries(definition.patchFiles ?? {})) write(file, text);
  const { declared: versions, speed, limits, decision } = options;
  const terraform = options.hypervisor && {
    tool: options.hypervisor.terraform.tool,
    version: options.hypervisor.terraform.version,
    vms: options.hypervisor.vms,
    configurations: machineConfigurations,
    files: hypervisorFiles,
  };
  const inventory = labInventory(definition, {
    versions,
    ageRecipient,
    files,
    speed,
    limits,
    decision,
    ...(terraform ? { terraform } : {}),
  });
  for (const sentence of inventory.said) options.tell(`inventory: ${sentence}`);
  return {
    inventory: write('slipway.yaml', inventory.text),
    dialMap: write(
      'dial.json',
      `${JSON.stringify({ ...Object.fromEntries(dialled), [definition.image.factory]: options.factoryUrl }, null, 2)}\n`,
    ),
    talosconfig: {
      reader: writeTalosconfig(files.reader, ['os:reader', 'os:etcd:backup']),
      admin: writeTalosconfig(files.admin, ['os:admin']),
      expired: writeTalosconfig('talosconfig-expired', ['os:reader'], expiredYesterday()),
    },
    machineConfigurations: Object.fromEntries(configurations) as Record<string, string>,
    ageIdentity: write('age-identity.txt', `# opens the snapshots of this lab\n${identity}\n`),
    ageRecipient,
  };
}
