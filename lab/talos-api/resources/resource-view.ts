import { memberIdInHex } from '../../machines/etcd-upgrade-check.js';
import type { Machine } from '../../machines/machine.js';
import { memberIdOf } from '../calls/etcd-calls.js';
import { links, machineConfigs, systemInformation } from './hardware-resources.js';
import { STAGE_NUMBER } from '../calls/events.js';
import {
  aliasesOf,
  allKinds,
  definitionKind,
  resourceKinds,
  type ResourceKind,
} from './resource-definitions.js';

/** A resource without a version: its content, once for YAML and once for protobuf. */
export interface Content {
  readonly kind: ResourceKind;
  readonly id: string;
  /** In Talos' YAML names and order; a string is YAML already. */
  readonly yaml: object | string;
  /** Fields of the kind's message. */
  readonly proto: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** All resources of one kind that a machine shows at this moment. */
export async function contentOf(kind: ResourceKind, machine: Machine): Promise<Content[]> {
  const make = MAKERS[kind.type];
  return make === undefined ? [] : make(machine);
}

type Maker = (machine: Machine) => Content[] | Promise<Content[]>;

const MAKERS: Readonly<Record<string, Maker>> = {
  [definitionKind.type]: () => allKinds.map(definition),
  [resourceKinds.machineStatus.type]: machineStatus,
  [resourceKinds.extensionStatus.type]: extensions,
  [resourceKinds.version.type]: ({ version }) => [
    { kind: resourceKinds.version, id: 'version', yaml: { version }, proto: { version } },
  ],
  [resourceKinds.nodename.type]: nodename,
  [resourceKinds.member.type]: ({ cluster }) => cluster.map(member),
  [resourceKinds.etcdMember.type]: etcdMember,
  [resourceKinds.service.type]: services,
  [resourceKinds.systemInformation.type]: systemInformation,
  [resourceKinds.linkStatus.type]: links,
  [resourceKinds.machineConfig.type]: machineConfigs,
};

function definition(kind: ResourceKind): Content {
  const { aliases, allAliases } = aliasesOf(kind);
  return {
    kind: definitionKind,
    id: kind.type.toLowerCase(),
    yaml: {
      type: kind.type,
      displayType: kind.singular,
      defaultNamespace: kind.namespace,
      aliases,
      allAliases,
      printColumns: kind.columns.map(({ name, path }) => ({ name, jsonPath: path })),
      ...(kind.sensitive === true ? { sensitivity: 'sensitive' } : {}),
    },
    proto: {
      resource_type: kind.type,
      display_type: kind.singular,
      default_namespace: kind.namespace,
      aliases,
      all_aliases: allAliases,
      print_columns: kind.columns.map(({ name, path }) => ({ name, json_path: path })),
      ...(kind.sensitive === true ? { sensitivity: 'SENSITIVE' } : {}),
    },
  };
}

function machineStatus({ stage, unmet }: Machine): Content[] {
  const ready = unmet.length === 0;
  return [
    {
      kind: resourceKinds.machineStatus,
      id: 'machine',
      yaml: { stage, status: { ready, unmetConditions: unmet } },
      proto: { stage: STAGE_NUMBER[stage], status: { ready, unmet_conditions: unmet } },
    },
  ];
}

/** The schematic is shown as one more extension, as in the factory's images. */
function extensions({ extensions: names, schematic, version }: Machine): Content[] {
  const shown = [
    ...names.map((name) => ({
      name: name.replace(/^.*\//, ''),
      version,
      description: `${name} for Talos ${version}`,
    })),
    {
      name: 'schematic',
      version: schematic,
      description: 'Virtual extension which specifies the schematic.',
    },
  ];
  return shown.map(({ name, version: tag, description }, index) => {
    const image = name === 'schematic' ? '' : `${index}.${name}.sqsh`;
    const about = { name, version: tag, author: 'Slipway lab', description };
    const compatibility = { talos: { version: name === 'schematic' ? '' : '>= v1.9.0' } };
    return {
      kind: resourceKinds.extensionStatus,
      id: String(index),
      yaml: { image, metadata: { ...about, compatibility, extraInfo: '' } },
      proto: { image, metadata: { ...about, compatibility } },
    };
  });
}

function nodename(machine: Machine): Content[] {
  const renamed = machine.faults.standing('resources:nodename', machine.name);
  const name = renamed ? `${machine.hostname}-renamed` : machine.hostname;
  return [
    {
      kind: resourceKinds.nodename,
      id: 'nodename',
      yaml: { nodename: name, hostnameVersion: '2', skipNodeRegistration: false },
      proto: { nodename: name, hostname_version: '2' },
    },
  ];
}

function member(machine: Machine): Content {
  const controlPlane = machine.role === 'control-plane';
  const { address } = machine.definition;
  const nodeId = Buffer.from(machine.name).toString('base64url').padEnd(43, '0');
  const operatingSystem = `Talos (${machine.version})`;
  return {
    kind: resourceKinds.member,
    id: machine.name,
    yaml: {
      nodeId,
      addresses: [address],
      hostname: machine.name,
      machineType: controlPlane ? 'controlplane' : 'worker',
      operatingSystem,
      ...(controlPlane ? { controlPlane: { port: 6443 } } : {}),
    },
    proto: {
      node_id: nodeId,
      addresses: [{ ip: Buffer.from(address.split('.').map(Number)) }],
      hostname: machine.name,
      machine_type: controlPlane ? 2 : 3,
      operating_system: operatingSystem,
      ...(controlPlane ? { control_plane: { api_server_port: 6443 } } : {}),
    },
  };
}

async function etcdMember(machine: Machine): Promise<Content[]> {
  if (machine.role === 'worker' || machine.services.get('etcd')?.state !== 'Running') return [];
  const decimal = await memberIdOf(machine, machine);
  if (decimal === undefined) return [];
  const memberID = memberIdInHex(decimal);
  return [
    { kind: resourceKinds.etcdMember, id: 'local', yaml: { memberID }, proto: { member_id: memberID } },
  ];
}

function services({ services: table }: Machine): Content[] {
  return table
    .list()
    .filter(({ state }) => state === 'Running')
    .map(({ id, health }) => {
      const flags = { running: true, healthy: health === 'healthy', unknown: health === 'unknown' };
      return { kind: resourceKinds.service, id, yaml: flags, proto: flags };
    });
}
