import { parse, parseAllDocuments } from 'yaml';
import type { ObservedInterface } from '../../planning/node/network-interfaces.js';
import { isRecord } from '../record.js';
import type { CallLimits, TalosTarget } from '../talos-target.js';
import type { Call } from './talos-looks.js';

/** Reads of Talos' resources: those that `talosctl get` shows. */
export interface ResourceLooks {
  /** The running version: `v1.13.4`. */
  version(target: TalosTarget, limits?: CallLimits): Promise<string>;
  nodename(target: TalosTarget, limits?: CallLimits): Promise<string>;
  /** The schematic is undefined for an image that was not built by a factory. */
  extensions(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ schematic: string | undefined; names: string[] }>;
  machineStatus(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ stage: string; ready: boolean; unmet: string[] }>;
  /** The machine's SMBIOS UUID, in lower case. */
  systemUuid(target: TalosTarget, limits?: CallLimits): Promise<string>;
  /** MACs of its network interfaces, in lower case and in the machine's order. */
  macs(target: TalosTarget, limits?: CallLimits): Promise<string[]>;
  /** Its network interfaces, in that order. */
  cards(target: TalosTarget, limits?: CallLimits): Promise<ObservedInterface[]>;
  /** The running machine configuration, as text: it holds the cluster's secrets. Needs the admin role. */
  machineConfiguration(target: TalosTarget, limits?: CallLimits): Promise<string>;
}

type Spec = Readonly<Record<string, unknown>>;

/** A resource on the wire: its spec as protobuf, and as YAML for clients that do not know its kind. */
interface Answer {
  readonly resource: { readonly spec: { readonly yaml_spec: string } | null } | null;
}

export function resourceLooks(call: Call): ResourceLooks {
  const get = async (
    target: TalosTarget,
    [namespace, type, id]: readonly [namespace: string, type: string, id: string],
    limits?: CallLimits,
  ): Promise<Spec> => {
    const request = { namespace, type, id };
    const [answer] = await call<Answer>('/cosi.resource.State/Get', request, target, limits);
    return specOf(type, answer);
  };
  const list = async (
    target: TalosTarget,
    [namespace, type]: readonly [namespace: string, type: string],
    limits?: CallLimits,
  ): Promise<Spec[]> => {
    const answers = await call<Answer>('/cosi.resource.State/List', { namespace, type }, target, limits);
    return answers.map((answer) => specOf(type, answer));
  };
  const cards = async (target: TalosTarget, limits?: CallLimits): Promise<ObservedInterface[]> =>
    networkInterfacesOf(await list(target, ['network', 'LinkStatuses.net.talos.dev'], limits));
  return {
    version: async (target, limits) =>
      text(await get(target, ['runtime', 'Versions.runtime.talos.dev', 'version'], limits), 'version'),
    nodename: async (target, limits) =>
      text(await get(target, ['k8s', 'Nodenames.kubernetes.talos.dev', 'nodename'], limits), 'nodename'),
    extensions: async (target, limits) => {
      const type = 'ExtensionStatuses.runtime.talos.dev';
      return extensionsOf(await list(target, ['runtime', type], limits));
    },
    machineStatus: async (target, limits) =>
      machineStatusOf(await get(target, ['runtime', 'MachineStatuses.runtime.talos.dev', 'machine'], limits)),
    systemUuid: async (target, limits) => {
      const resource = ['hardware', 'SystemInformations.hardware.talos.dev', 'systeminformation'] as const;
      return text(await get(target, resource, limits), 'uuid').toLowerCase();
    },
    macs: async (target, limits) => (await cards(target, limits)).map(({ mac }) => mac),
    cards,
    machineConfiguration: async (target, limits) => {
      const request = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' };
      const [answer] = await call<Answer>('/cosi.resource.State/Get', request, target, limits);
      return configurationText(answer?.resource?.spec?.yaml_spec ?? '');
    },
  };
}

/** @throws Error when it is no YAML of a record. */
function specOf(type: string, answer: Answer | undefined): Spec {
  let spec: unknown;
  try {
    spec = parse(answer?.resource?.spec?.yaml_spec ?? '');
  } catch (error) {
    throw new Error(`Talos sent a ${type} that cannot be read`, { cause: error });
  }
  if (!isRecord(spec)) throw new Error(`Talos sent a ${type} that is empty`);
  return spec;
}

/** Some releases of Talos show the documents themselves, others a text that holds them. */
function configurationText(shown: string): string {
  const documents = parseAllDocuments(shown);
  const only: unknown = documents.length === 1 ? documents[0]?.toJS() : undefined;
  return typeof only === 'string' ? only : shown;
}

function text(spec: Spec, field: string): string {
  const value = spec[field];
  if (typeof value !== 'string' || value === '') throw new Error(`Talos reported no ${field}`);
  return value;
}

/** Image Factory adds a virtual extension named `schematic` whose version is the schematic's id. */
function extensionsOf(specs: readonly Spec[]): { schematic: string | undefined; names: string[] } {
  const all = specs.map((spec) => (isRecord(spec['metadata']) ? spec['metadata'] : {}));
  const schematic = all.find((metadata) => metadata['name'] === 'schematic')?.['version'];
  const names = all
    .map((metadata) => metadata['name'])
    .filter((name): name is string => typeof name === 'string' && name !== '' && name !== 'schematic');
  return { schematic: typeof schematic === 'string' ? schematic : undefined, names: names.toSorted() };
}

/** Network interfaces are links without a kind. Bonds, bridges, VLANs and tunnels have one. */
function networkInterfacesOf(specs: readonly Spec[]): ObservedInterface[] {
  return specs
    .filter(({ type, kind }) => type === 'ether' && (kind === '' || kind === undefined))
    .toSorted((a, b) => Number(a['index']) - Number(b['index']))
    .flatMap(({ hardwareAddr, permanentAddr, driver }): ObservedInterface[] => {
      // The permanent MAC: a bond gives its own to all its interfaces.
      const mac = permanentAddr === undefined || permanentAddr === '' ? hardwareAddr : permanentAddr;
      if (typeof mac !== 'string' || mac === '') return [];
      return [{ mac: mac.toLowerCase(), ...(typeof driver === 'string' && driver !== '' ? { driver } : {}) }];
    });
}

function machineStatusOf(spec: Spec): { stage: string; ready: boolean; unmet: string[] } {
  const status = isRecord(spec['status']) ? spec['status'] : {};
  const conditions = Array.isArray(status['unmetConditions']) ? status['unmetConditions'] : [];
  return {
    stage: text(spec, 'stage'),
    ready: status['ready'] === true,
    unmet: conditions
      .filter(isRecord)
      .map((condition) => `${String(condition['name'])}: ${String(condition['reason'])}`),
  };
}
