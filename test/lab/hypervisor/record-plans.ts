/**
 * Records what the real Terraform and OpenTofu say of the lab's configuration, for the tests of the plan check:
 * `node dist/test/lab/hypervisor/record-plans.js terraform tofu`. Its files are `show -json` word for word, without
 * `configuration`, which is half of it and which nobody reads.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { aHypervisor } from './a-hypervisor.js';
import { nodeModule, oneNode, vm } from './addresses.js';
import { TerraformRun } from './terraform-run.js';

const FOLDER = path.join(projectRoot, 'test', 'planning', 'terraform', 'fixtures', 'lab');
const NODE = 'k8s-work-1';
const NEXT = '-var=talos_version=1.13.9';
const hosts = ['baldar', 'heimdall'];
const definition = {
  ...proxOpsSmall,
  machines: proxOpsSmall.machines.filter(({ name }) => ['k8s-ctrl-1', NODE, 'k8s-work-2'].includes(name)),
};

/** A case: the arguments of `plan`, and what is done to the cluster's values before. */
interface Case {
  readonly args: readonly string[];
  readonly values?: (text: string) => string;
}

/** Writes what `show -json` said. */
function save(name: string, shown: object): void {
  const kept = Object.fromEntries(Object.entries(shown).filter(([key]) => key !== 'configuration'));
  writeFileSync(path.join(FOLDER, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

async function versionOf(terraform: TerraformRun): Promise<string> {
  return (JSON.parse(await terraform.do('version', '-json')) as { terraform_version: string })
    .terraform_version;
}

const firstMac = /bc:24:11:00:1f:42/;
const onNode: readonly string[] = [NEXT, ...oneNode(NODE)];
const inTheNode = (args: readonly string[] = [], values?: Case['values']): Case => ({
  args: [...onNode, ...args],
  ...(values ? { values } : {}),
});

/** With the first version everywhere, nothing broken. */
const cases: Readonly<Record<string, Case>> = {
  'no-changes': { args: [] },
  'node-replaced': inTheNode(),
  'node-replaced-same-version': { args: oneNode(NODE) },
  'templates-replaced': { args: [NEXT, '-target=module.templates'] },
  'one-template-replaced': { args: [NEXT, '-target=module.templates["baldar-worker"]'] },
  'everything-replaced': { args: [NEXT] },
  'foreign-cpu': { args: [`-replace=${vm(NODE)}`, '-var=controlplane_cpu_cores=8'] },
  'node-replaced-memory': inTheNode(['-var=worker_memory_mb=16384']),
  'node-replaced-disk': inTheNode(['-var=disk_size_gb=50']),
  'node-replaced-pool': inTheNode(['-var=vm_storage_pool=local-lvm']),
  'node-replaced-vlan': inTheNode([], (text) => text.replaceAll('62', '63')),
  'node-replaced-nic-gone': inTheNode([], (text) => text.replaceAll(/62,\s*/g, '')),
  'node-replaced-first-mac': inTheNode([], (text) => text.replace(firstMac, 'bc:24:11:00:ff:ff')),
  'node-replaced-vmid': inTheNode([], (text) => text.replace('"vm_id": 8002', '"vm_id": 8099')),
  'node-destroyed': { args: ['-destroy', `-target=${nodeModule(NODE)}`] },
  'node-left-out': { args: [], values: (text) => withoutNode(text) },
};

function withoutNode(text: string): string {
  const values = JSON.parse(text) as { worker_nodes: Record<string, unknown> };
  const { [NODE]: _gone, ...kept } = values.worker_nodes;
  return JSON.stringify({ ...values, worker_nodes: kept });
}

async function record(tool: 'terraform' | 'tofu'): Promise<void> {
  const hypervisor = await aHypervisor(hosts);
  try {
    const terraform = await TerraformRun.init(tool, hypervisor, definition);
    await terraform.applyFromNothing();
    const made = `${tool}-${await versionOf(terraform)}`;
    const file = path.join(terraform.folder, 'cluster.auto.tfvars.json');
    const text = readFileSync(file, 'utf8');
    for (const [name, { args, values }] of Object.entries(cases)) {
      writeFileSync(file, values ? values(text) : text);
      save(`${name}.${made}`, (await terraform.plan(...args)).plan);
    }
    writeFileSync(file, text);
    save(`state.${made}`, JSON.parse(await terraform.do('show', '-json')) as object);

    hypervisor.faults.arm({ name: 'vm-create-fails', node: NODE });
    await terraform.start('apply', '-auto-approve', '-input=false', ...oneNode(NODE));
    save(`state-tainted.${made}`, JSON.parse(await terraform.do('show', '-json')) as object);
    save(`node-tainted.${made}`, (await terraform.plan(`-target=${nodeModule(NODE)}`)).plan);
    await terraform.do('state', 'rm', vm(NODE));
    save(`node-gone.${made}`, (await terraform.plan(NEXT, `-target=${nodeModule(NODE)}`)).plan);
  } finally {
    await hypervisor.end();
  }
}

/** As in the repository of prox-ops: nodes wait for all templates, and do not follow the version. */
async function recordDependent(tool: 'terraform' | 'tofu'): Promise<void> {
  const hypervisor = await aHypervisor(hosts);
  try {
    const terraform = { nodesDependOnTemplates: true, vmsKeepTheirVersion: true } as const;
    const run = await TerraformRun.init(tool, hypervisor, { ...definition, terraform });
    await run.apply();
    const { plan } = await run.plan(...onNode);
    save(`node-replaced-with-all-templates.${tool}-${await versionOf(run)}`, plan);
  } finally {
    await hypervisor.end();
  }
}

mkdirSync(FOLDER, { recursive: true });
for (const tool of process.argv.slice(2)) {
  if (tool !== 'terraform' && tool !== 'tofu') throw new Error(`terraform or tofu, not ${tool}`);
  await record(tool);
  await recordDependent(tool);
}
