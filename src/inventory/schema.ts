import { z } from 'zod';
import { CredentialReference, KubernetesReference } from './credential.js';
import { Device } from './devices.js';
import { duration } from './duration.js';
import { Limits } from './limits.js';
import { NetworkInterface } from './network-cards.js';
import { Receiver } from './notify.js';
import { Patch } from './patches.js';
import { Probe } from './probes.js';
import { MachineConfiguration, Terraform } from './terraform.js';
import { version, WrittenVersions } from './version-source.js';
import { Windows } from './windows.js';

export { Limits, limitDefaults } from './limits.js';

/** A name that Kubernetes accepts for a Node (RFC 1123 label, lower case). */
const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, 'a name has lower-case letters, digits and dashes');

/** An Image Factory schematic: the SHA-256 the factory answered, 64 hex digits. */
const schematic = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a schematic id is the 64 hex digits the Image Factory answered');

const Role = z.strictObject({
  /** What the nodes of this role are made of. */
  schematic: schematic,
  /** How nodes of this role boot the new version; overrides `upgrade.reboot.mode`. */
  reboot: z.enum(['default', 'powercycle']).optional(),
  /** The Terraform address of one node, a module or a resource, with `{node}` (or `{vm}`, `{host}`, `{role}`) in it. */
  terraform: z.string().min(1).optional(),
  /** Who gives a machine that was replaced its configuration. */
  configuration: MachineConfiguration.optional(),
  /** What a person sees to after a node of this role was replaced: services that know it by an identity it has lost. */
  afterReplacement: z.array(z.string().min(1).max(300)).max(20).optional(),
  /** Its network interfaces in their order, by VLAN: compared with Terraform's and the machine's when a node is replaced. */
  nics: z.array(NetworkInterface).min(1).max(32).optional(),
});

const Node = z.strictObject({
  name,
  role: z.enum(['control-plane', 'worker']),
  /** The node's own address: where its Talos API listens, and its Node object's InternalIP. */
  address: z.union([z.ipv4(), z.ipv6()]),
  /** The machine's host, for failure domains and messages. */
  host: z.string().optional(),
  /** The virtual machine's id at its hypervisor. */
  vm: z.int().positive().optional(),
  /** Overrides the role's schematic. */
  schematic: schematic.optional(),
  /** Its class of hardware, for patches and for the first boot through firmware of each class; default: its role. */
  hardware: z.string().min(1).max(64).optional(),
  gpu: z
    .strictObject({
      resource: z.string(),
      count: z.int().positive(),
      model: z.string().optional(),
      pci: z.string().optional(),
    })
    .optional(),
});
export type InventoryNode = z.infer<typeof Node>;

/** `slipway.yaml`: one cluster, as git declares it. */
export const Inventory = z.strictObject({
  $schema: z.string().optional(),
  cluster: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'a cluster is named like prox-ops'),
  /** What git declares; a bot bumps these. Where another file has one, what was found there. */
  versions: z.strictObject({ talos: version, kubernetes: version }),
  access: z.strictObject({
    talos: z.strictObject({
      /** For looking: roles `os:reader` and `os:etcd:backup`. */
      reader: CredentialReference,
      /** For upgrades, image pulls and leadership: role `os:admin`. */
      admin: CredentialReference,
    }),
    /** A kubeconfig. Its `server` is replaced by a control plane's own address, one that is not being upgraded. */
    kubernetes: KubernetesReference,
  }),
  /** Virtual address of the Kubernetes API. Named so that no request ever goes through it. */
  vip: z.union([z.ipv4(), z.ipv6()]).optional(),
  image: z.strictObject({
    /** Host of the Image Factory (`host` or `host:port`), without a scheme. */
    factory: z
      .string()
      .regex(
        /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
        'a factory is named by its host, like factory.talos.dev',
      )
      .default('factory.talos.dev'),
    /** The platform of the installer image: `nocloud`, `metal`, … (factory `<platform>-installer`). */
    platform: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a platform is named like nocloud or metal')
      .default('metal'),
    secureBoot: z.boolean().default(false),
  }),
  roles: z.strictObject({ 'control-plane': Role, worker: Role.optional() }),
  nodes: z.array(Node).min(1).max(2000),
  controlPlane: z
    .strictObject({
      /** A cluster with one control plane has an outage at every upgrade: only with this said. */
      outageAccepted: z.boolean().default(false),
      /** The etcd leader goes last (and hands over), or keeps its place (and hands over there). */
      leader: z.enum(['last', 'in-order']).default('last'),
      /**
       * The cluster endpoint of the machine configurations, where it is one node: `https://10.0.0.11:6443`. While that node
       * is away the other nodes' kubelets lose the API too; Slipway itself never goes through it.
       */
      endpoint: z
        .url({ protocol: /^https$/, error: 'an endpoint is written https://10.0.0.11:6443' })
        .optional(),
    })
    .prefault({}),
  upgrade: z
    .strictObject({
      strategy: z
        .strictObject({
          patch: z.literal('in-place').default('in-place'),
          minor: z.enum(['in-place', 'replace']).default('replace'),
          major: z.enum(['in-place', 'replace']).default('replace'),
        })
        .prefault({}),
      order: z.enum(['control-planes-first', 'workers-first']).default('control-planes-first'),
      /**
       * A node that runs the new version and does not get well on it: `rollback` rolls it back to the previous version automatically, and
       * ends the run, held; `ask` leaves it as it is, for a person to decide.
       */
      onFailure: z.enum(['rollback', 'ask']).default('rollback'),
      /** When nodes are begun; outside these windows a run waits, with its plan made. */
      windows: Windows.optional(),
      /**
       * Plans that wait for a person's approval: by their step of versions, or because they touch control planes, or replace machines.
       * Another strategy than this file has always waits.
       */
      approve: z.array(z.enum(['patch', 'minor', 'major', 'control-planes', 'replace'])).default(['major']),
      /** How many different people must approve a plan that waits. With 2 a signal is not counted: it proves nobody's name. */
      approvers: z.int().min(1).max(2).default(1),
      workers: z
        .strictObject({
          canary: z.int().min(0).max(1).default(1),
          batch: z.int().min(1).max(3).default(1),
          /**
           * One that cannot be emptied, after every attempt, is returned to service: then the run halts, for a person to decide, or `skip`: goes on
           * without it.
           */
          undrained: z.enum(['halt', 'skip']).default('halt'),
        })
        .prefault({}),
      /** How nodes boot the new version: by kexec where Talos can, or through their firmware, as after a power cut. */
      reboot: z
        .strictObject({
          mode: z.enum(['default', 'powercycle']).default('default'),
          /** The first node of each class of hardware: a kernel that starts by kexec may still hang in a cold boot. */
          canary: z.enum(['default', 'powercycle']).default('powercycle'),
        })
        .prefault({}),
      /** System extensions a new schematic may leave out, by name; any other that would be lost refuses the plan. */
      mayLoseExtensions: z.array(z.string().min(1)).max(100).default([]),
      drain: z
        .strictObject({
          attempts: z.int().min(1).max(10).default(3),
          /** `--delete-emptydir-data`: pods with emptyDir volumes are evicted, their scratch data is gone. */
          deleteEmptyDirData: z.boolean().default(true),
        })
        .prefault({}),
    })
    .prefault({}),
  snapshot: z.strictObject({
    /** Where encrypted etcd snapshots are kept: a folder outside the cluster they come from. */
    directory: z.string().min(1),
    /** An age recipient (`age1…`). A snapshot holds every Secret of the cluster; it is never kept in clear. */
    recipient: z
      .string()
      .regex(
        /^age1[02-9ac-hj-np-z]{58}$/,
        'an age recipient is age1 and 58 more characters; age-keygen makes one',
      ),
    /** Before each control plane the newest snapshot is younger than this. */
    maxAge: duration('1h'),
  }),
  /** What makes the machines; needed where a strategy is `replace`. */
  terraform: Terraform.optional(),
  /** What the configurations of machines that were replaced are patched with, in this order: before they are sent, or once they are Ready. */
  patches: z.array(Patch).max(100).optional(),
  /** Extended resources that nodes offer, by name, in the place of what is known of them: `nvidia.com/gpu`. */
  devices: z.record(z.string(), Device).optional(),
  /** Pods that try a node before other pods may come back to it, in this order. */
  probes: z.array(Probe).max(20).optional(),
  gates: z
    .strictObject({
      /** Namespaces in which every pod must be well before a node is touched. */
      criticalNamespaces: z.array(name).default(['kube-system', 'flux-system', 'rook-ceph']),
    })
    .prefault({}),
  limits: Limits.prefault({}),
  /** Who is told, and of what. */
  notify: z.array(Receiver).max(20).default([]),
});
export type Inventory = z.infer<typeof Inventory>;

/** The same as a person may write it. */
export const WrittenInventory = Inventory.extend({ versions: WrittenVersions });
