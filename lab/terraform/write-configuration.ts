import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClusterDefinition } from '../clusters/cluster-definition.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { clusterValues } from './cluster-values.js';

/** A Terraform configuration for a cluster of the lab. */
export interface TerraformConfiguration {
  /** Its folder, made where it is not there: what would be in git. */
  readonly directory: string;
  readonly definition: ClusterDefinition;
  /** What git declares: `v1.12.1`, `v1.35.0`. */
  readonly versions: { readonly talos: string; readonly kubernetes: string };
  /** Kind of backend; all its settings are given with `-backend-config`. Default `local`. */
  readonly backend?: string;
  /** Machine configurations that come with the VMs: node → file. */
  readonly userData?: Readonly<Record<string, string>>;
  /** Nodes depend on all templates, as in some clusters: `-target` on a node brings the templates along. */
  readonly nodesDependOnTemplates?: boolean;
  /** VMs do not follow `talos_version`, as in some clusters: only `-replace` makes one anew. */
  readonly vmsKeepTheirVersion?: boolean;
}

const SOURCE = path.join(projectRoot, 'lab', 'terraform');
const PARTS = ['versions.tf', 'variables.tf', 'main.tf', 'outputs.tf', 'modules'];
/** Compiled, and put beside the configuration: it must be whole wherever it is copied to. */
const CALL = path.join(import.meta.dirname, 'hypervisor-call.js');
const DEPENDENCY = 'depends_on = [module.templates]';

/** Writes the configuration: the lab's own files, the cluster's values, the versions git declares, and the backend. */
export async function writeTerraformConfiguration(options: TerraformConfiguration): Promise<void> {
  const { directory, definition, backend = 'local', userData } = options;
  await mkdir(directory, { recursive: true });
  for (const part of PARTS)
    await cp(path.join(SOURCE, part), path.join(directory, part), { recursive: true });
  await cp(CALL, path.join(directory, 'hypervisor-call.mjs'));
  if (options.nodesDependOnTemplates) {
    const main = path.join(directory, 'main.tf');
    await writeFile(main, (await readFile(main, 'utf8')).replaceAll(`# ${DEPENDENCY}`, DEPENDENCY));
  }
  const values = {
    ...clusterValues(definition, userData),
    ...(options.vmsKeepTheirVersion ? { replace_on_new_version: false } : {}),
  };
  await writeFile(path.join(directory, 'cluster.auto.tfvars.json'), `${JSON.stringify(values, null, 2)}\n`);
  await writeFile(path.join(directory, 'backend.tf'), `terraform {\n  backend "${backend}" {}\n}\n`);
  await declareVersions(directory, definition, options.versions);
}

/** Writes the versions git declares, as a merged pull request would change them. */
export async function declareVersions(
  directory: string,
  { schematics }: Pick<ClusterDefinition, 'schematics'>,
  versions: TerraformConfiguration['versions'],
): Promise<void> {
  const controller = schematics['control-plane'].id;
  const declared = {
    talos_version: versions.talos.replace(/^v/, ''),
    kubernetes_version: versions.kubernetes.replace(/^v/, ''),
    talos_schematic_controller: controller,
    talos_schematic_worker: schematics.worker?.id ?? controller,
  };
  const lines = Object.entries(declared).map(([name, value]) => `${name} = "${value}"\n`);
  await writeFile(path.join(directory, 'versions.auto.tfvars'), lines.join(''));
}
