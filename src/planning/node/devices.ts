import type { Device } from '../../inventory/devices.js';
import type { Inventory } from '../../inventory/schema.js';
import type { PodObservation } from './observation.js';
import { compareVersions, minorOf } from '../versions/versions.js';

/**
 * What is known without being written. NVIDIA: containerd's runtime by a file under /var, and no cgroups, which an
 * unprivileged runtime cannot set with eBPF; Talos writes files to /var alone and does not boot with others, but for the one
 * part of containerd's configuration that its guides name. From 1.13 on its extensions bring all of it (CDI).
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

/** A card of a node: the resource it is offered as, how many, and what is known of such cards. */
export interface WantedDevice extends Device {
  readonly resource: string;
  readonly count: number;
}

/** The cards slipway.yaml says a node has; undefined: none. */
export function deviceOf(
  { nodes, devices }: Pick<Inventory, 'nodes' | 'devices'>,
  name: string,
): WantedDevice | undefined {
  const gpu = nodes.find((node) => node.name === name)?.gpu;
  if (!gpu) return undefined;
  const { resource, count } = gpu;
  return { ...(devices?.[resource] ?? builtIn[resource]), resource, count };
}

/** A file that Talos writes, as its machine configuration has it. */
export interface MachineFile {
  readonly path: string;
  readonly content: string;
}

/** What is to be said of a machine configuration for the cards of its node. */
export interface DeviceFindings {
  readonly wrong: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Looks through the files of a machine configuration for what the cards of its node need. Contents are never repeated: secrets may
 * stand there.
 *
 * @param version what the machine runs with it: `v1.12.6`.
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

/** Whether something is asked of the machine configuration of a node with that card, at a version of Talos. */
export function needsFiles({ configuration }: WantedDevice, version: string): boolean {
  return (
    configuration !== undefined &&
    (configuration.until === undefined || !reaches(version, configuration.until))
  );
}

/** What a node offers, and shows, of its cards. */
export interface OfferedDevices {
  /** Its Node's `status.allocatable`. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Those on the node. */
  readonly pods: readonly PodObservation[];
}

/** What a node showed of its cards before its machine was replaced: what it did not show then is not asked for afterwards. */
export interface DeviceBefore {
  readonly label: boolean;
  readonly plugin: boolean;
}

/** What of the label and the DaemonSet of its cards a node has. */
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

/** How many a node offers, and what it lacks of what it had; an empty `wrong`: all is there. */
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
  // A pre-release of a minor is of it.
  return compareVersions(`${minorOf(version)}.0`, `${minor}.0`) >= 0;
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** A line that is not commented out, blanks apart; a comment may follow. */
function hasLine(content: string, line: string): boolean {
  const bare = (text: string): string => text.replaceAll(/\s/g, '');
  return content.split('\n').some((one) => bare(one.replace(/#.*$/, '')) === bare(line));
}
