import { z } from 'zod';
import { CredentialReference, KubernetesReference } from './credential.js';
import { duration } from './duration.js';
import { Terraform } from './terraform.js';

/** Talos and Kubernetes versions as their tags are written: `v1.12.6`. Pre-releases are written out too. */
const version = z.string().regex(/^v\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/, 'a version is written v1.12.6');

/** A name that Kubernetes accepts for a Node (RFC 1123 label, lower case). */
const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, 'a name has lower-case letters, digits and dashes');

/** An Image Factory schematic: the SHA-256 the factory answered, 64 hex digits. */
const schematic = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a schematic id is the 64 hex digits the Image Factory answered');

/** A secret address to post to. Whoever knows it can post, so it is a credential: by reference. */
const Webhook = z.strictObject({ webhook: CredentialReference });

/** Who is told. Messages themselves come with the notifier. */
const Notify = z.union([z.strictObject({ discord: Webhook }), z.strictObject({ ntfy: Webhook })], {
  error:
    'a receiver is written { discord: { webhook: { env: NAME } } } or { ntfy: { webhook: { file: PATH } } }; ' +
    'the address itself is a secret and never stands here',
});

const Role = z.strictObject({
  /** What the nodes of this role are made of. */
  schematic: schematic,
  /** How nodes of this role boot the new version; overrides `upgrade.reboot.mode`. */
  reboot: z.enum(['default', 'powercycle']).optional(),
  /** The Terraform address of one node, with `{node}` for its name. Kept for rebuilds. */
  terraform: z.string().optional(),
  /** VLANs by interface, the first untagged. Kept for rebuilds. */
  nics: z.array(z.union([z.literal('untagged'), z.int().min(1).max(4094)])).optional(),
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
  /** Its class of hardware, for the first boot through firmware of each class; default: its role. */
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

/**
 * How long each wait may take. All settable; the lab scales them.
 * Written as 30s, 5m, 1h; kept in milliseconds.
 */
export const Limits = z.strictObject({
  /** One observation of the cluster, and the plan made of it. */
  observe: duration('2m'),
  /** The factory building the installer image, and the node pulling it. */
  image: duration('10m'),
  /** Cluster gates opening before a node is touched. */
  gates: duration('10m'),
  /** One `kubectl drain`; between slices the cordon and its owner are looked at again. At most 60 s. */
  drainSlice: duration('60s'),
  /** One attempt at draining a node. */
  drain: duration('300s'),
  /** A new etcd leader after the handover. */
  handOver: duration('60s'),
  /** The node answering the upgrade request (it pulls and checks the image first). */
  install: duration('5m'),
  /** A node that has the new version installed waiting for what its reboot needs: etcd, its cordon, its pods. */
  reboot: duration('10m'),
  /** From the accepted request until the node runs the new version with a new boot id. */
  boot: duration('15m'),
  /** From then until its Node is Ready. */
  ready: duration('600s'),
  /** The etcd member voting again and caught up. */
  etcdRejoin: duration('5m'),
  /** How long etcd must be healthy without a break before the next control plane. */
  etcdStable: duration('120s'),
  /** One check of a node. */
  check: duration('30s'),
  /** All checks of a node. */
  nodeChecks: duration('5m'),
  /** Watching the workload gates after a control plane. */
  soakControlPlane: duration('5m'),
  /** Watching them after the canary, the first worker. */
  soakCanary: duration('5m'),
  /** Watching them after any other worker. */
  soakWorker: duration('0s'),
  /** Taking, proving and storing an etcd snapshot. */
  snapshot: duration('10m'),
  /** How long a run stays paused before it ends, held, with the nodes it has not begun left alone. */
  pause: duration('24h'),
});
export type Limits = z.infer<typeof Limits>;

/** Every limit as it is when the inventory does not name it, in milliseconds. */
export const limitDefaults: Limits = Limits.parse({});

/** `slipway.yaml`: one cluster, as git declares it. */
export const Inventory = z.strictObject({
  $schema: z.string().optional(),
  cluster: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'a cluster is named like prox-ops'),
  /** What git declares; a bot bumps these. */
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
          minor: z.enum(['in-place', 'rebuild']).default('rebuild'),
          major: z.enum(['in-place', 'rebuild']).default('rebuild'),
        })
        .prefault({}),
      order: z.enum(['control-planes-first', 'workers-first']).default('control-planes-first'),
      approve: z.array(z.enum(['patch', 'minor', 'major'])).default(['major']),
      workers: z
        .strictObject({ canary: z.int().min(0).max(1).default(1), batch: z.int().min(1).max(3).default(1) })
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
  /** What makes the machines; needed where a strategy is `rebuild`. */
  terraform: Terraform.optional(),
  gates: z
    .strictObject({
      /** Namespaces in which every pod must be well before a node is touched. */
      criticalNamespaces: z.array(name).default(['kube-system', 'flux-system', 'rook-ceph']),
    })
    .prefault({}),
  limits: Limits.prefault({}),
  /** Receivers of messages, each by reference. */
  notify: z.array(Notify).default([]),
});
export type Inventory = z.infer<typeof Inventory>;
