import { z } from 'zod';
import { CredentialReference } from './credential.js';

/** The name of a variable of a Terraform configuration. */
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, 'a Terraform variable is named like talos_version');

/** A dotted path into a resource's attributes: `memory.dedicated`, `disk[*].size`. */
const path = z.string().min(1).max(200);
const paths = z.array(path).max(100).default([]);

/** Where a type of machine holds its network interfaces. */
const InterfacePaths = z.strictObject({
  /** The attribute that lists them: `network_device`. */
  list: path,
  /** In each of them, the attribute with the VLAN tag; none, 0 or `untagged` is no tag: `vlan_id`. */
  vlan: path.optional(),
  /** The attribute with the bridge. */
  bridge: path.optional(),
});

/**
 * The Terraform or OpenTofu configuration that makes the machines. It stays as it is: Slipway only runs it, with the
 * values of each hop, and refuses every plan that changes anything else.
 */
export const Terraform = z.strictObject({
  tool: z.enum(['terraform', 'tofu']).default('terraform'),
  /** The exact version. A state is never written by another one: a newer one would leave the older ones unable to read it. */
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version of Terraform is written 1.11.4'),
  source: z
    .strictObject({
      /** A git repository, by URL or path; left out: the one slipway.yaml stands in. It is checked out at the run's commit. */
      repository: z.string().min(1).optional(),
      /** The folder of the root module in it. */
      folder: z
        .string()
        .regex(
          /^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/,
          'a folder of the repository is written like infrastructure/terraform',
        )
        .default('.'),
    })
    .prefault({}),
  /** The Terraform workspace. */
  workspace: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,90}$/)
    .default('default'),
  /** Texts for `-backend-config`, by reference: they may hold credentials. */
  backend: z.array(CredentialReference).max(10).default([]),
  variables: z.strictObject({
    /** Carries the Talos version. Each hop passes its own value. */
    talos: variable,
    /** Whether that value is written with its v (`v1.12.6`) or without (`1.12.6`). */
    talosWritten: z.enum(['v1.2.3', '1.2.3']).default('v1.2.3'),
    /** Carries the Kubernetes version: each hop passes what runs, which an upgrade of Talos does not change. */
    kubernetes: variable.optional(),
    /** Whether that value is written with its v (`v1.35.0`) or without (`1.35.0`). */
    kubernetesWritten: z.enum(['v1.2.3', '1.2.3']).default('v1.2.3'),
    /** Carry the schematics of the roles. */
    schematic: z
      .strictObject({ 'control-plane': variable.optional(), worker: variable.optional() })
      .prefault({}),
    /** Variable files that are not in git, by reference. */
    files: z.array(CredentialReference).max(10).default([]),
  }),
  /** Environment of Terraform and its providers alone: `TF_VAR_…`, `AWS_…`, `PROXMOX_VE_…`, by reference. */
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable is named like TF_VAR_token'),
      CredentialReference,
    )
    .default({}),
  /**
   * `plan`: at an open pull request Terraform says what it would do, from the configuration of the branch with the versions that are
   * proposed; nothing is locked, and nothing of the pull request's own configuration is run. `none`: it is not asked there.
   */
  pullRequests: z.enum(['plan', 'none']).default('plan'),
  templates: z
    .strictObject({
      /** The address of one template, with `{host}` and `{role}`: `module.templates["{host}-{role}"]`. */
      address: z.string().min(1),
      /**
       * All of them are replaced before any node, those of every host and role: for modules of nodes that depend on all templates
       * (`depends_on`), where Terraform takes each template that differs along with any node. Left out: those the nodes are made of.
       */
      all: z.boolean().optional(),
    })
    .optional(),
  /** Resources in a node's module that stay when the node is replaced, by type: `proxmox_virtual_environment_file`. */
  keep: z.array(z.string().min(1)).max(50).default([]),
  /** Attributes that may change when a resource of this type is replaced, and such that may not, beside the built-in table. */
  resources: z
    .record(
      z.string(),
      z.strictObject({
        mayChange: paths,
        guarded: paths,
        /** The attribute that holds the machine's SMBIOS UUID, where the built-in table does not know it: `smbios[0].uuid`. */
        uuid: path.optional(),
        /** The attribute that holds the MAC of its first card: `network_device[0].mac_address`. */
        mac: path.optional(),
        /** Where it holds its network interfaces: a list, and what of each of them. */
        cards: InterfacePaths.optional(),
      }),
    )
    .default({}),
});
export type Terraform = z.infer<typeof Terraform>;

/**
 * How a machine that was replaced gets its machine configuration. `terraform`: the node's module brings it, as user data or by
 * applying it. `apply-config`: Slipway sends it once the machine is in maintenance mode, and shown to be the right one; in the
 * file, or the arguments of the program, `{node}` stands for the node's name.
 */
export const MachineConfiguration = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('terraform') }),
  z.strictObject({ by: z.literal('apply-config'), file: CredentialReference }),
]);
export type MachineConfiguration = z.infer<typeof MachineConfiguration>;
