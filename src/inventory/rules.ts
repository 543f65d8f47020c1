import { type InventoryDraft, type NodeDraft, draftOf } from './draft.js';
import type { MistakeAt } from './mistake.js';
import { machineRules } from './machine-rules.js';
import { probeRules } from './probe-rules.js';
import { replacementRules } from './replacement-rules.js';
import { limitDefaults } from './schema.js';

/** A rule across fields. It returns every violation. */
type Rule = (draft: InventoryDraft) => readonly MistakeAt[];

const rules: readonly Rule[] = [
  uniqueNodes,
  controlPlaneCount,
  rolesAreDefined,
  vipIsNobodysAddress,
  limitsMakeSense,
  gpusMakeSense,
  ...replacementRules,
  ...machineRules,
  ...probeRules,
  oneUntaggedNetwork,
  snapshotsOutliveTheWorker,
];

/** Checks the rules across fields on the parsed YAML, so that they also work on a document with other mistakes. */
export function brokenRules(document: unknown): MistakeAt[] {
  const draft = draftOf(document);
  return rules.flatMap((rule) => rule(draft));
}

/** Settings that must be unique per node. */
const unique = [
  { key: 'name', why: 'a Node and its workflow are found by name' },
  { key: 'address', why: 'a request for one node would reach the other' },
  { key: 'vm', why: 'a replacement would replace the wrong machine' },
] as const;

function uniqueNodes({ nodes }: InventoryDraft): MistakeAt[] {
  return unique.flatMap(({ key, why }) =>
    nodes.flatMap((node, index): MistakeAt[] => {
      const value = node[key];
      const first = nodes.findIndex((other) => value !== undefined && other[key] === value);
      if (first === -1 || first === index) return [];
      const what = `${key} ${value} is also that of nodes[${first}]`;
      return [{ at: [...node.at, key], what, why, fix: `give each node its own ${key}` }];
    }),
  );
}

function controlPlaneCount({ nodes, outageAccepted }: InventoryDraft): MistakeAt[] {
  const count = nodes.filter((node) => node.role === 'control-plane').length;
  // A node with an unreadable role may be a control plane.
  if (nodes.length === 0 || nodes.some((node) => node.role === undefined)) return [];
  if (count === 0) {
    const why = 'a cluster has at least one, and requests travel through them';
    return [
      {
        at: ['nodes'],
        what: 'no node is a control plane',
        why,
        fix: 'add the control planes, role: control-plane',
      },
    ];
  }
  if (count === 2) {
    const why = 'etcd with two members stops when either is away, so neither can be upgraded';
    return [
      {
        at: ['nodes'],
        what: 'two nodes are control planes',
        why,
        fix: 'add a third control plane, or leave one',
      },
    ];
  }
  if (count === 1 && !outageAccepted) {
    return [
      {
        at: ['controlPlane', 'outageAccepted'],
        what: 'one node is the only control plane, and its outage is not accepted',
        why: 'the Kubernetes API is away while it reboots',
        fix: 'say controlPlane: { outageAccepted: true } if that may be, or add two control planes',
      },
    ];
  }
  return [];
}

/** The role of control planes is required by the schema already. */
function rolesAreDefined({ nodes, roles }: InventoryDraft): MistakeAt[] {
  const worker = nodes.find((node) => node.role === 'worker');
  if (!worker || 'worker' in roles) return [];
  return [
    {
      at: ['roles', 'worker'],
      what: `it is missing, and ${worker.name ?? 'a node'} has that role`,
      why: 'the installer image of a node is made from its schematic',
      fix: 'add roles.worker with its schematic',
    },
  ];
}

function vipIsNobodysAddress({ nodes, vip }: InventoryDraft): MistakeAt[] {
  const owner = vip === undefined ? undefined : nodes.find((node) => node.address === vip);
  if (!owner) return [];
  return [
    {
      at: ['vip'],
      what: `${vip} is the address of ${owner.name ?? 'a node'}`,
      why: 'a virtual address moves between the control planes, a node keeps its own',
      fix: "write the node's own address in nodes, and the shared one in vip",
    },
  ];
}

/** A soak or decision time of zero is valid. Any other wait of zero never succeeds. */
const mayBeZero = new Set(['soakControlPlane', 'soakCanary', 'soakWorker', 'decision']);
const longestSlice = 60_000;
const pauseBetweenLooks = { shortest: 50, longest: 60_000 };

function limitsMakeSense({ limits }: InventoryDraft): MistakeAt[] {
  const at = (name: string): number => limits[name] ?? limitDefaults[name as keyof typeof limitDefaults];
  const mistakes: MistakeAt[] = Object.entries(limits)
    .filter(([name, value]) => value === 0 && !mayBeZero.has(name))
    .map(([name]) => ({
      at: ['limits', name],
      what: 'it is zero',
      why: 'a wait of no length gives up before it has looked',
      fix: 'give it at least 1s, or leave it out for the default',
    }));
  if (at('drainSlice') > longestSlice) {
    mistakes.push({
      at: ['limits', 'drainSlice'],
      what: 'it is longer than 60s',
      why: 'a slice is how long a drain may run on after its worker died',
      fix: 'give at most 60s; limits.drain is how long all slices together may take',
    });
  }
  const look = at('look');
  if (look !== 0 && (look < pauseBetweenLooks.shortest || look > pauseBetweenLooks.longest)) {
    mistakes.push({
      at: ['limits', 'look'],
      what: `it is ${look < pauseBetweenLooks.shortest ? 'shorter than 50ms' : 'longer than 60s'}`,
      why: 'looks without a pause are a load for the cluster, and one that comes late holds a run up',
      fix: 'give 50ms to 60s, or leave it out for 5s',
    });
  }
  const pairs = [
    { short: 'drainSlice', long: 'drain', why: 'a drain is made of slices' },
    { short: 'check', long: 'nodeChecks', why: "a node's checks are made of single ones" },
  ] as const;
  for (const { short, long, why } of pairs) {
    if (at(short) <= at(long)) continue;
    const named = long in limits ? long : short;
    const fix = `shorten limits.${short} or lengthen limits.${long}`;
    mistakes.push({ at: ['limits', named], what: `limits.${short} is longer than limits.${long}`, why, fix });
  }
  return mistakes;
}

function gpusMakeSense({ nodes }: InventoryDraft): MistakeAt[] {
  const named = nodes.flatMap((node): MistakeAt[] => {
    const resource = node.gpu?.resource;
    if (resource === undefined || /^[a-z0-9.-]+\.[a-z]+\/[A-Za-z0-9._-]+$/.test(resource)) return [];
    const why = 'Kubernetes names extended resources domain/name';
    return [
      {
        at: [...node.at, 'gpu', 'resource'],
        what: `"${resource}" is no resource`,
        why,
        fix: 'write it like nvidia.com/gpu',
      },
    ];
  });
  const deviceOf = ({ host, gpu }: NodeDraft): string | undefined =>
    host && gpu?.pci ? `${host} ${gpu.pci}` : undefined;
  const shared = nodes.flatMap((node, index): MistakeAt[] => {
    const first = nodes.findIndex(
      (other) => deviceOf(node) !== undefined && deviceOf(other) === deviceOf(node),
    );
    if (first === -1 || first === index) return [];
    const what = `${node.gpu?.pci} on ${node.host} is given to nodes[${first}] too`;
    const why = 'a card that is passed through belongs to one machine';
    return [{ at: [...node.at, 'gpu', 'pci'], what, why, fix: 'name the card each of them has' }];
  });
  return [...named, ...shared];
}

function oneUntaggedNetwork({ roles }: InventoryDraft): MistakeAt[] {
  return Object.entries(roles).flatMap(([name, role]): MistakeAt[] => {
    const untagged = mostOnOneBridge(role?.nics ?? []);
    if (untagged < 2) return [];
    const what = `${untagged} interfaces are untagged`;
    const why = 'they would be in the same network, and could not be distinguished';
    return [
      { at: ['roles', name, 'nics'], what, why, fix: 'leave one untagged and give the others their VLAN' },
    ];
  });
}

/** The largest number of untagged network interfaces on one bridge, as far as bridges are named. */
function mostOnOneBridge(nics: readonly unknown[]): number {
  const bridges = nics.flatMap((nic): string[] => {
    if (nic === 'untagged') return [''];
    if (typeof nic !== 'object' || nic === null) return [];
    const { vlan, bridge } = nic as Readonly<Record<string, unknown>>;
    return vlan === 'untagged' ? [typeof bridge === 'string' ? bridge : ''] : [];
  });
  return Math.max(0, ...bridges.map((bridge) => bridges.filter((other) => other === bridge).length));
}

/** Folders in memory: a reboot of the worker's machine deletes their content. */
const shortLived = ['/dev', '/run', '/var/run', '/proc', '/sys'];

function snapshotsOutliveTheWorker({ snapshotDirectory: directory }: InventoryDraft): MistakeAt[] {
  if (directory === undefined) return [];
  const at = ['snapshot', 'directory'];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(directory)) {
    const what = `${directory.split('://')[0]}:// is no folder`;
    const why = 'this version keeps snapshots in a folder of the worker';
    return [{ at, what, why, fix: 'name a folder, on a disk that is not part of this cluster' }];
  }
  const path = directory.replace(/\/+$/, '');
  const root = shortLived.find((folder) => path === folder || path.startsWith(`${folder}/`));
  if (root === undefined) return [];
  const why = 'a snapshot is for the day on which everything was lost';
  return [
    {
      at,
      what: `${root} does not outlive a reboot`,
      why,
      fix: 'name a folder on a disk, outside this cluster',
    },
  ];
}
