import { isDeepStrictEqual } from 'node:util';
import { changedLines } from './text-difference.js';
import type { MachineConfiguration } from './machine-configuration.js';

type Section = Readonly<Record<string, unknown>>;

/** Parts of `machine` that Talos applies without a reboot; of `machine.features` below. */
const MACHINE = [
  'ca',
  'acceptedCAs',
  'time',
  'certSANs',
  'install',
  'network',
  'sysfs',
  'sysctls',
  'logging',
  'controlPlane',
  'kubelet',
  'kernel',
  'registries',
  'pods',
  'seccompProfiles',
  'nodeAnnotations',
  'nodeLabels',
  'nodeTaints',
];
const FEATURES = [
  'kubernetesTalosAPIAccess',
  'kubePrism',
  'hostDNS',
  'imageCache',
  'nodeAddressSortAlgorithm',
];

/** Why a configuration cannot replace another without a reboot, in Talos' words; undefined when it can. */
export function whyNotImmediately(
  current: MachineConfiguration | undefined,
  next: MachineConfiguration,
): string | undefined {
  if (current === undefined) return 'no current config';
  if (isDeepStrictEqual(lasting(current), lasting(next))) return undefined;
  return `this config change can't be applied in immediate mode\ndiff:\n${difference(current, next)}`;
}

/** The changes, as a dry run shows them. */
export function describeChange(
  current: MachineConfiguration | undefined,
  next: MachineConfiguration,
): string {
  const changes = difference(current, next);
  return `Config diff:\n\n${changes === '' ? 'No changes.' : changes}`;
}

/** The configuration without the parts that may change while the machine runs. */
function lasting({ whole }: MachineConfiguration): Section {
  const machine = without(section(whole['machine']), MACHINE);
  const features = without(section(machine['features']), FEATURES);
  const { debug: _debug, cluster: _cluster, ...rest } = whole;
  return { ...rest, machine: { ...machine, features } };
}

function without(from: Section, keys: readonly string[]): Section {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}

function section(value: unknown): Section {
  return typeof value === 'object' && value !== null ? (value as Section) : {};
}

function difference(current: MachineConfiguration | undefined, next: MachineConfiguration): string {
  return changedLines(current?.text ?? '', next.text);
}
