import type { Device } from '../../inventory/devices.js';
import type { Inventory } from '../../inventory/schema.js';
import type { PodObservation } from './observation.js';
import { compareVersions, minorOf } from '../versions/versions.js';

/**
 * Built-in rules. NVIDIA: containerd's runtime is set by a file under /var, with no-cgroups, since an unprivileged runtime cannot set
 * cgroups with eBPF. Talos writes files to /var alone and does not boot with others, except for the one part of containerd's configuration
 * that its guides name. From 1.13 on its extensions bring all of it (CDI).
 */
const builtIn: Readonly<Record<string, Device>> = {
  'nvidia.com/gpu': {
    label: 'nvidia.com/gpu.present',
    plugin: 'nvidia-device-plugin',
    configuration: {
      until: 'v1.13',
      files: [
        { under: '/var/cri' },
        { under: '/var/etc/nvidia-container-runtime', line: 'no-cgroups = true' },
      ],
      notUnder: ['/etc'],
      exceptFor: ['/etc/cri/conf.d/20-customization.part'],
    },
  },
};

/** A device of a node: its extended resource, how many, and the rules for such devices. */
export interface WantedDevice extends Device {
  readonly resource: string;
  readonly count: number;
}

/** The devices slipway.yaml declares for a node; undefined: none. */
export function deviceOf(
  { nodes, devices }: Pick<Inventory, 'nodes' | 'devices'>,
  name: string,
): WantedDevice | undefined {
  const gpu = nodes.find((node) => node.name === name)?.gpu;
  if (!gpu) return undefined;
  const { resource, count } = gpu;
  return { ...(devices?.[resource] ?? builtIn[resource]), resource, count };
}

/** A file that Talos writes, as its machine configuration declares it. */
export interface MachineFile {
  readonly path: string;
  readonly content: string;
}

/** Findings about a machine configuration for the devices of its node. */
export interface DeviceFindings {
  readonly wrong: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Checks the files of a machine configuration for what the devices of its node need. Contents are never repeated: they may hold secrets.
 *
 * @param version the Talos version that runs with it: `v1.12.6`.
 */
export function deviceFindings(
  { resource, configuration }: WantedDevice,
  files: readonly MachineFile[],
  version: string,
): DeviceFindings {
  if (!configuration) return { wrong: [], notes: [] };
  const { until, files: wanted, notUnder, exceptFor } = configuration;
  if (until !== undefined && reaches(version, until))
    return { wrong: [], notes: [`${resource} needs no files from Talos ${until} on`] };
  const missing = wanted.flatMap(({ under, line }): string[] => {
    const there = files.filter(({ path }) => isUnder(path, under));
    if (there.length === 0) return [`it writes no file under ${under}`];
    if (line === undefined || there.some(({ content }) => hasLine(content, line))) return [];
    return [`no file under ${under} says ${line}`];
  });
  const astray = files.filter(({ path }) => notUnder.some((folder) => isUnder(path, folder)));
  const named = astray.filter(({ path }) => exceptFor.includes(path));
  return {
    wrong: [
      ...missing,
      ...astray
        .filter((file) => !named.includes(file))
        .map(({ path }) => `it writes ${path}, and may write nothing under ${notUnder.join(', ')}`),
    ],
    notes: named.map(
      ({ path }) => `it writes ${path}: of what is under ${notUnder.join(', ')} only that may be`,
    ),
  };
}

/** Whether the machine configuration of a node with that device has requirements, at a version of Talos. */
export function needsFiles({ configuration }: WantedDevice, version: string): boolean {
  return (
    configuration !== undefined &&
    (configuration.until === undefined || !reaches(version, configuration.until))
  );
}

/** The devices a node offers and shows. */
export interface OfferedDevices {
  /** Its Node's `status.allocatable`. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The Pods of the node. */
  readonly pods: readonly PodObservation[];
}

/** What a node showed of its devices before its machine was replaced: only that is required afterwards. */
export interface DeviceBefore {
  readonly label: boolean;
  readonly plugin: boolean;
}

/** Which of the label and the DaemonSet of its devices a node has. */
export function deviceSeen(
  device: WantedDevice,
  { labels, pods }: Omit<OfferedDevices, 'allocatable'>,
): DeviceBefore {
  const { label, plugin } = device;
  return {
    label: label !== undefined && labels[label] !== undefined && labels[label] !== 'false',
    plugin:
      plugin !== undefined &&
      pods.some(({ owner, ready }) => ready && owner?.startsWith('DaemonSet/') && owner.includes(plugin)),
  };
}

/** How many devices a node offers, and what it has lost; an empty `wrong`: nothing is missing. */
export function deviceOffered(
  device: WantedDevice,
  before: DeviceBefore,
  seen: OfferedDevices,
): { readonly offered: number; readonly wrong: readonly string[] } {
  const { resource, count, label, plugin } = device;
  const offered = Number(seen.allocatable[resource] ?? 0);
  const now = deviceSeen(device, seen);
  return {
    offered,
    wrong: [
      ...(offered === count
        ? []
        : [`its Node's allocatable says ${seen.allocatable[resource] ?? 'nothing of it'}`]),
      ...(before.label && !now.label ? [`its label ${label} is gone or false`] : []),
      ...(before.plugin && !now.plugin ? [`no pod of the DaemonSet ${plugin} is ready on it`] : []),
    ],
  };
}

function reaches(version: string, minor: string): boolean {
  // A pre-release counts as its minor.
  return compareVersions(`${minorOf(version)}.0`, `${minor}.0`) >= 0;
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** A line that is not commented out, ignoring blanks; a comment may follow. */
function hasLine(content: string, line: string): boolean {
  const bare = (text: string): string => text.replaceAll(/\s/g, '');
  return content.split('\n').some((one) => bare(one.replace(/#.*$/, '')) === bare(line));
}
