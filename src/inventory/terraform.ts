import { z } from 'zod';
import { CredentialReference } from './credential.js';

/** The name of a variable of a Terraform configuration. */
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, 'a Terraform variable is named like talos_version');

/** A dotted path into a resource's attributes: `memory.dedicated`, `disk[*].size`. */
const path = z.string().min(1).max(200);
const paths = z.array(path).max(100).default([]);

/** Attributes with the network interfaces of a resource type. */
const InterfacePaths = z.strictObject({
  /** The attribute that lists them: `network_device`. */
  list: path,
  /** In each interface, the attribute with the VLAN tag: `vlan_id`. Missing, 0 or `untagged` means no tag. */
  vlan: path.optional(),
  /** The attribute with the bridge. */
  bridge: path.optional(),
});

/**
 * The Terraform or OpenTofu configuration that creates the machines. Slipway does not change it. It only runs it with the values of
 * each hop, and refuses every plan that changes anything else.
 */
export const Terraform = z.strictObject({
  tool: z.enum(['terraform', 'tofu']).default('terraform'),
  /** The exact version. No other version writes the state: a newer one would make it unreadable for older ones. */
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version of Terraform is written 1.11.4'),
  source: z
    .strictObject({
      /** A git repository, by URL or path; left out: the repository of slipway.yaml. It is checked out at the run's commit. */
      repository: z.string().min(1).optional(),
      /** The folder of the root module in the repository. */
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
  /** Texts for `-backend-config`, by reference because they may contain credentials. */
  backend: z.array(CredentialReference).max(10).default([]),
  variables: z.strictObject({
    /** The variable with the Talos version. Each hop passes its own value. */
    talos: variable,
    /** Whether the value is written with its v (`v1.12.6`) or without (`1.12.6`). */
    talosWritten: z.enum(['v1.2.3', '1.2.3']).default('v1.2.3'),
    /** The variable with the Kubernetes version. Each hop passes the running version, which an upgrade of Talos does not change. */
    kubernetes: variable.optional(),
    /** Whether the value is written with its v (`v1.35.0`) or without (`1.35.0`). */
    kubernetesWritten: z.enum(['v1.2.3', '1.2.3']).default('v1.2.3'),
    /** The variables with the schematics of the roles. */
    schematic: z
      .strictObject({ 'control-plane': variable.optional(), worker: variable.optional() })
      .prefault({}),
    /** Variable files that are not in git, by reference. */
    files: z.array(CredentialReference).max(10).default([]),
  }),
  /** Environment variables only for Terraform and its providers, by reference: `TF_VAR_…`, `AWS_…`, `PROXMOX_VE_…`. */
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable is named like TF_VAR_token'),
      CredentialReference,
    )
    .default({}),
  /**
   * `plan`: for an open pull request Terraform plans the proposed versions with the configuration of the target branch. It takes no lock,
   * and never runs the pull request's own configuration. `none`: Terraform does not run for pull requests.
   */
  pullRequests: z.enum(['plan', 'none']).default('plan'),
  templates: z
    .strictObject({
      /** The address of one template, with `{host}` and `{role}`: `module.templates["{host}-{role}"]`. */
      address: z.string().min(1),
      /**
       * Replaces the templates of every host and role before any node. It is for node modules that depend on all templates
       * (`depends_on`): Terraform would replace each differing template along with any node. Left out: only the templates of the nodes.
       */
      all: z.boolean().optional(),
    })
    .optional(),
  /** Resource types in a node's module that are kept when the node is replaced: `proxmox_virtual_environment_file`. */
  keep: z.array(z.string().min(1)).max(50).default([]),
  /** Attributes of a resource type that may or must not change in a replacement, in addition to the built-in table. */
  resources: z
    .record(
      z.string(),
      z.strictObject({
        mayChange: paths,
        guarded: paths,
        /** The attribute with the machine's SMBIOS UUID, if it is not in the built-in table: `smbios[0].uuid`. */
        uuid: path.optional(),
        /** The attribute with the MAC of its first network interface: `network_device[0].mac_address`. */
        mac: path.optional(),
        /** The attribute with the list of network interfaces, and the attributes of each. */
        cards: InterfacePaths.optional(),
      }),
    )
    .default({}),
});
export type Terraform = z.infer<typeof Terraform>;

/**
 * How a replaced machine gets its machine configuration. `terraform`: the node's module passes it as user data or applies it.
 * `apply-config`: Slipway sends it once the machine is in maintenance mode and identified. In the file's path, or in the arguments of
 * the program, `{node}` is the node's name.
 */
export const MachineConfiguration = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('terraform') }),
  z.strictObject({ by: z.literal('apply-config'), file: CredentialReference }),
]);
export type MachineConfiguration = z.infer<typeof MachineConfiguration>;
