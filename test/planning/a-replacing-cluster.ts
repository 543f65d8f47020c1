import type { Inventory } from '../../src/inventory/schema.js';
import { Terraform } from '../../src/inventory/terraform.js';
import type { PlanInput } from '../../src/planning/plan/plan-input.js';
import { aCluster, answered, type Cluster } from './a-cluster.js';

export const commit = '3f0c9a7d51e2b8846a0d9f7b1c2e3d4f5a6b7c8d';
export const available = ['v1.11.5', 'v1.12.1', 'v1.12.6', 'v1.13.4', 'v1.13.9', 'v1.14.2'];

const hosts = ['baldar', 'thor', 'odin'];

/** The small world, its machines made by Terraform on three hosts: templates by host and role, minors replaced. */
export function aReplacingCluster(size: { controlPlanes?: number; workers?: number } = {}): Cluster {
  return aCluster(size).declaring((inventory) => ({
    ...inventory,
    roles: {
      'control-plane': {
        ...inventory.roles['control-plane'],
        terraform: 'module.control_nodes["{node}"]',
        configuration: { by: 'apply-config', file: { file: 'machines/{node}.yaml' } },
      },
      worker: {
        ...(inventory.roles.worker ?? inventory.roles['control-plane']),
        terraform: 'module.worker_nodes["{node}"]',
        configuration: { by: 'terraform' },
      },
    },
    nodes: inventory.nodes.map((node, index) => ({ ...node, host: hosts[index % 3] ?? '' })),
    terraform: Terraform.parse({
      version: '1.11.4',
      source: { folder: 'terraform' },
      backend: [{ file: 'state.s3.tfbackend' }],
      variables: {
        talos: 'talos_version',
        talosWritten: '1.2.3',
        kubernetes: 'kubernetes_version',
        schematic: { worker: 'talos_schematic_worker' },
        files: [{ file: '/srv/terraform.tfvars' }],
      },
      env: { TF_VAR_token: { env: 'TOKEN', encoding: 'base64' } },
      templates: { address: 'module.templates["{host}-{role}"]' },
      keep: ['proxmox_virtual_environment_file'],
    }),
  }));
}

/** Settings of `terraform` in slipway.yaml. */
export function withTerraform(cluster: Cluster, change: Partial<Terraform>): Cluster {
  return cluster.declaring((inventory) =>
    inventory.terraform ? { ...inventory, terraform: { ...inventory.terraform, ...change } } : inventory,
  );
}

/** Settings of one role in slipway.yaml; undefined takes one away. */
export function withRole(
  cluster: Cluster,
  role: 'control-plane' | 'worker',
  change: { readonly [Key in keyof Inventory['roles']['control-plane']]?: unknown },
): Cluster {
  return cluster.declaring((inventory) => {
    const roles = { ...inventory.roles, [role]: { ...inventory.roles[role], ...change } };
    return { ...inventory, roles };
  });
}

/** The input of a plan that replaces nodes; by default to v1.13.9. */
export function replacing(
  cluster: Cluster,
  { talos = 'v1.13.9', ...change }: Partial<Omit<PlanInput, 'request'>> & { readonly talos?: string } = {},
): PlanInput {
  return cluster.planInput({
    request: { talos, commit },
    availableVersions: answered(available),
    ...change,
  });
}
