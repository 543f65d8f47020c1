import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClusterDefinition, TerraformShape } from '../clusters/cluster-definition.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { clusterValues } from './cluster-values.js';
import { imageByNodeValues } from './image-by-node-values.js';

/** A Terraform configuration for a cluster of the lab. */
export interface TerraformConfiguration {
  /** Its folder, created where it does not exist: the content of git. */
  readonly directory: string;
  readonly definition: ClusterDefinition;
  /** The declared versions: `v1.12.1`, `v1.35.0`. */
  readonly versions: { readonly talos: string; readonly kubernetes: string };
  /** Kind of backend; all its settings are given with `-backend-config`. Default `local`. */
  readonly backend?: string;
  /** Machine configurations of the VMs: node → file. */
  readonly userData?: Readonly<Record<string, string>>;
}

const SOURCE = path.join(projectRoot, 'lab', 'terraform');
const IMAGE_BY_NODE = path.join(SOURCE, 'image-by-node');

/** The source folders of each layout; later ones override earlier ones. */
const PARTS: Readonly<Record<NonNullable<TerraformShape['layout']>, readonly (readonly [string, string])[]>> =
  {
    'templates-by-role': ['versions.tf', 'variables.tf', 'main.tf', 'outputs.tf', 'modules'].map((part) => [
      SOURCE,
      part,
    ]),
    'image-by-node': [
      [SOURCE, 'versions.tf'],
      [SOURCE, path.join('modules', 'talos-template')],
      ...['variables.tf', 'main.tf', 'outputs.tf', 'modules'].map((part) => [IMAGE_BY_NODE, part] as const),
    ],
  };
/** Compiled, and placed beside the configuration, which must be complete wherever it is copied to. */
const CALL = path.join(projectRoot, 'dist/lab/terraform/hypervisor-call.js');
const DEPENDENCY = 'depends_on = [module.templates]';

/** Writes the configuration: the lab's own files, the cluster's values, the declared versions, and the backend. */
export async function writeTerraformConfiguration(options: TerraformConfiguration): Promise<void> {
  const { directory, definition, backend = 'local', userData } = options;
  const shape = definition.terraform ?? {};
  const layout = shape.layout ?? 'templates-by-role';
  await mkdir(directory, { recursive: true });
  for (const [from, part] of PARTS[layout])
    await cp(path.join(from, part), path.join(directory, part), { recursive: true });
  await cp(CALL, path.join(directory, 'hypervisor-call.mjs'));
  if (shape.nodesDependOnTemplates) {
    const main = path.join(directory, 'main.tf');
    await writeFile(main, (await readFile(main, 'utf8')).replaceAll(`# ${DEPENDENCY}`, DEPENDENCY));
  }
  const values =
    layout === 'image-by-node'
      ? imageByNodeValues(definition, userData)
      : {
          ...clusterValues(definition, userData),
          ...(shape.vmsKeepTheirVersion ? { replace_on_new_version: false } : {}),
        };
  await writeFile(path.join(directory, 'cluster.auto.tfvars.json'), `${JSON.stringify(values, null, 2)}\n`);
  await writeFile(path.join(directory, 'backend.tf'), `terraform {\n  backend "${backend}" {}\n}\n`);
  await declareVersions(directory, definition, options.versions);
}

/** Writes the declared versions, as a merged pull request would change them. */
export async function declareVersions(
  directory: string,
  { schematics, terraform }: Pick<ClusterDefinition, 'schematics' | 'terraform'>,
  versions: TerraformConfiguration['versions'],
): Promise<void> {
  const controller = schematics['control-plane'].id;
  const declared =
    terraform?.layout === 'image-by-node'
      ? { talos_version: versions.talos }
      : {
          talos_version: versions.talos.replace(/^v/, ''),
          kubernetes_version: versions.kubernetes.replace(/^v/, ''),
          talos_schematic_controller: controller,
          talos_schematic_worker: schematics.worker?.id ?? controller,
        };
  const lines = Object.entries(declared).map(([name, value]) => `${name} = "${value}"\n`);
  await writeFile(path.join(directory, 'versions.auto.tfvars'), lines.join(''));
}
