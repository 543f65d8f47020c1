import type { ClusterMachine } from './cluster-definition.js';

/** The inventory's description of a lab's Terraform configuration. Files are beside slipway.yaml, by name. */
export interface LabTerraform {
  readonly tool: 'terraform' | 'tofu';
  /** Of the program that made the state: `1.11.4`. */
  readonly version: string;
  readonly vms: readonly { readonly name: string; readonly vmid: number }[];
  /** Path of a node's machine configuration, with `{node}` for its name. */
  readonly configurations: string;
  readonly files: {
    /** Folder of the root module, in git. */
    readonly configuration: string;
    readonly backend: string;
    readonly endpoint: string;
    readonly token: string;
  };
}

type Role = ClusterMachine['role'];

/** The part of the section `terraform` that is the lab's own in every cluster: program, backend, and credentials. */
export function labTerraformPlace({ tool, version, files }: LabTerraform): Readonly<Record<string, unknown>> {
  return {
    tool,
    version,
    source: { folder: files.configuration },
    backend: [{ file: files.backend }],
    env: { PROXMOX_VE_ENDPOINT: { file: files.endpoint }, PROXMOX_VE_API_TOKEN: { file: files.token } },
  };
}

/** The section `terraform` of a generated inventory. */
export function labTerraform(terraform: LabTerraform): object {
  return {
    ...labTerraformPlace(terraform),
    variables: {
      talos: 'talos_version',
      talosWritten: '1.2.3',
      kubernetes: 'kubernetes_version',
      kubernetesWritten: '1.2.3',
      schematic: { 'control-plane': 'talos_schematic_controller', worker: 'talos_schematic_worker' },
    },
    templates: { address: 'module.templates["{host}-{role}"]' },
  };
}

const MODULES: Readonly<Record<Role, string>> = { 'control-plane': 'control_nodes', worker: 'worker_nodes' };
const NICS: Readonly<Record<Role, readonly ('untagged' | number)[]>> = {
  'control-plane': ['untagged'],
  worker: ['untagged', 62, 81],
};

/** The fields of a role besides its schematic. */
export function labRole(role: Role, { configurations }: LabTerraform): Readonly<Record<string, unknown>> {
  return {
    terraform: `module.${MODULES[role]}["{node}"]`,
    nics: NICS[role],
    configuration: { by: 'apply-config', file: { file: configurations } },
  };
}
