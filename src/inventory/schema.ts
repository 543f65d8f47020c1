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

/** An Image Factory schematic: the SHA-256 id from the factory, 64 hex digits. */
const schematic = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a schematic id is the 64 hex digits the Image Factory answered');

const Role = z.strictObject({
  /** The schematic of the nodes of this role. */
  schematic: schematic,
  /** How nodes of this role boot the new version; overrides `upgrade.reboot.mode`. */
  reboot: z.enum(['default', 'powercycle']).optional(),
  /** The Terraform address of one node, a module or a resource, with `{node}` (or `{vm}`, `{host}`, `{role}`) in it. */
  terraform: z.string().min(1).optional(),
  /** How a replaced machine gets its configuration. */
  configuration: MachineConfiguration.optional(),
  /** Manual work after a node of this role was replaced: services that know the node by its old identity. */
  afterReplacement: z.array(z.string().min(1).max(300)).max(20).optional(),
  /** Its network interfaces in order, by VLAN. When a node is replaced, they are compared with Terraform's and the machine's. */
  nics: z.array(NetworkInterface).min(1).max(32).optional(),
});

const Node = z.strictObject({
  name,
  role: z.enum(['control-plane', 'worker']),
  /** The node's own address: the endpoint of its Talos API, and the InternalIP of its Node object. */
  address: z.union([z.ipv4(), z.ipv6()]),
  /** The machine's host, for failure domains and messages. */
  host: z.string().optional(),
  /** The virtual machine's id in its hypervisor. */
  vm: z.int().positive().optional(),
  /** Overrides the role's schematic. */
  schematic: schematic.optional(),
  /** Its hardware class, for patches and for the first firmware boot of each class; default: its role. */
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
  /** The versions that git declares; a bot bumps them. Versions from other files are already resolved. */
  versions: z.strictObject({ talos: version, kubernetes: version }),
  access: z.strictObject({
    talos: z.strictObject({
      /** For observations: roles `os:reader` and `os:etcd:backup`. */
      reader: CredentialReference,
      /** For upgrades, image pulls and transfers of etcd leadership: role `os:admin`. */
      admin: CredentialReference,
    }),
    /** A kubeconfig. Slipway replaces its `server` by the address of a control plane that is not being upgraded. */
    kubernetes: KubernetesReference,
  }),
  /** Virtual IP of the Kubernetes API. It is named so that no request goes through it. */
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
      /** Required for a cluster with one control plane, which has an outage at every upgrade. */
      outageAccepted: z.boolean().default(false),
      /** Whether the etcd leader is upgraded last or in its place in the order. It transfers leadership before in both cases. */
      leader: z.enum(['last', 'in-order']).default('last'),
      /**
       * The cluster endpoint of the machine configurations, if it is a single node: `https://10.0.0.11:6443`. While that node is
       * down, the kubelets of other nodes lose the API too. Slipway itself never uses it.
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
       * What to do with a node that does not become healthy on the new version. `rollback`: roll it back automatically and end the run,
       * held. `ask`: leave it as it is, for a person to decide.
       */
      onFailure: z.enum(['rollback', 'ask']).default('rollback'),
      /** When nodes may be started. Outside of these windows a run makes its plan and waits. */
      windows: Windows.optional(),
      /**
       * Plans that require approval: by version delta, or because they touch control planes or replace machines. A strategy other than
       * the one in this file always requires approval.
       */
      approve: z.array(z.enum(['patch', 'minor', 'major', 'control-planes', 'replace'])).default(['major']),
      /** How many different people must approve. With 2, a signal does not count, because it does not prove who sent it. */
      approvers: z.int().min(1).max(2).default(1),
      workers: z
        .strictObject({
          canary: z.int().min(0).max(1).default(1),
          batch: z.int().min(1).max(3).default(1),
          /**
           * What to do when a worker cannot be drained after every attempt. It is returned to service in both cases. `halt`: the run
           * halts, for a person to decide. `skip`: the run continues without it.
           */
          undrained: z.enum(['halt', 'skip']).default('halt'),
        })
        .prefault({}),
      /** How nodes boot the new version: by kexec where Talos supports it, or through their firmware, as after a power cut. */
      reboot: z
        .strictObject({
          mode: z.enum(['default', 'powercycle']).default('default'),
          /** The reboot mode of the first node of each hardware class: a kernel that starts by kexec may still hang in a cold boot. */
          canary: z.enum(['default', 'powercycle']).default('powercycle'),
        })
        .prefault({}),
      /** System extensions that a new schematic may drop, by name. The plan is refused if any other would be lost. */
      mayLoseExtensions: z.array(z.string().min(1)).max(100).default([]),
      drain: z
        .strictObject({
          attempts: z.int().min(1).max(10).default(3),
          /** `--delete-emptydir-data`: pods with emptyDir volumes are evicted, and their scratch data is lost. */
          deleteEmptyDirData: z.boolean().default(true),
        })
        .prefault({}),
    })
    .prefault({}),
  snapshot: z.strictObject({
    /** The folder for encrypted etcd snapshots, outside of their cluster. */
    directory: z.string().min(1),
    /** An age recipient (`age1…`). A snapshot contains every Secret of the cluster, so it is never stored unencrypted. */
    recipient: z
      .string()
      .regex(
        /^age1[02-9ac-hj-np-z]{58}$/,
        'an age recipient is age1 and 58 more characters; age-keygen makes one',
      ),
    /** The maximum age of the newest snapshot before each control plane. */
    maxAge: duration('1h'),
  }),
  /** The Terraform configuration that creates the machines; required where a strategy is `replace`. */
  terraform: Terraform.optional(),
  /** Patches for the configurations of replaced machines, in this order: before they are sent, or once the nodes are Ready. */
  patches: z.array(Patch).max(100).optional(),
  /** Extended resources of nodes, by name. An entry replaces the built-in one: `nvidia.com/gpu`. */
  devices: z.record(z.string(), Device).optional(),
  /** Smoke tests that run on a node, in this order, before it is uncordoned. */
  probes: z.array(Probe).max(20).optional(),
  gates: z
    .strictObject({
      /** Namespaces in which every pod must be healthy before a node is touched. */
      criticalNamespaces: z.array(name).default(['kube-system', 'flux-system', 'rook-ceph']),
    })
    .prefault({}),
  limits: Limits.prefault({}),
  /** Receivers of notifications, and their event types. */
  notify: z.array(Receiver).max(20).default([]),
});
export type Inventory = z.infer<typeof Inventory>;

/** The inventory as a person may write it. */
export const WrittenInventory = Inventory.extend({ versions: WrittenVersions });
