/**
 * Records what the real Terraform and OpenTofu say of the lab's configuration, for the tests of the plan check:
 * `node dist/test/lab/hypervisor/record-plans.js terraform tofu`. It writes three whole outputs of each program to
 * `test/planning/terraform/fixtures/lab`: `show -json` word for word, without `configuration`, which is half of it and
 * which Slipway does not read. Then it has the program make every plan that `test/planning/terraform/lab-plans.ts` derives
 * from those, and fails where Slipway would read another plan. After the program has a new version: change `labPrograms` there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import path from 'node:path';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import type { TerraformPlan } from '../../../src/planning/terraform/terraform-json.js';
import {
  type DerivedPlanName,
  labPlan,
  type LabPlanName,
  labPlansFolder,
  readParts,
} from '../../planning/terraform/lab-plans.js';
import { withIdBefore } from '../../planning/terraform/plan-edits.js';
import { aHypervisor } from './a-hypervisor.js';
import { nodeModule, oneNode, vm } from './addresses.js';
import { TerraformRun } from './terraform-run.js';

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
  writeFileSync(path.join(labPlansFolder, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
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
const wholePlans: Readonly<Record<Exclude<LabPlanName, DerivedPlanName>, Case>> = {
  'node-replaced': inTheNode(),
  'everything-replaced': { args: [NEXT] },
};

/** As above: what the derived plans are compared with. */
const compared: Readonly<Record<Exclude<DerivedPlanName, 'node-tainted' | 'node-gone'>, Case>> = {
  'no-changes': { args: [] },
  'templates-replaced': { args: [NEXT, '-target=module.templates'] },
  'one-template-replaced': { args: [NEXT, '-target=module.templates["baldar-worker"]'] },
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

/** Records one program, and returns the names of derived plans that the program makes otherwise. */
async function record(tool: 'terraform' | 'tofu'): Promise<string[]> {
  const hypervisor = await aHypervisor(hosts);
  try {
    const terraform = await TerraformRun.init(tool, hypervisor, definition);
    await terraform.applyFromNothing();
    const program = `${tool}-${await versionOf(terraform)}`;
    const file = path.join(terraform.folder, 'cluster.auto.tfvars.json');
    const text = readFileSync(file, 'utf8');
    const planOf = async ({ args, values }: Case): Promise<TerraformPlan> => {
      writeFileSync(file, values ? values(text) : text);
      return (await terraform.plan(...args)).plan as TerraformPlan;
    };
    for (const [name, one] of Object.entries(wholePlans)) save(`${name}.${program}`, await planOf(one));
    save(`state.${program}`, JSON.parse(await terraform.do('show', '-json')) as object);

    const wrong: string[] = [];
    const compare = (name: DerivedPlanName, made: TerraformPlan): void => {
      if (!readsTheSame(made, labPlan(program, name))) wrong.push(`${name}.${program}`);
    };
    for (const name of Object.keys(compared) as (keyof typeof compared)[])
      compare(name, await planOf(compared[name]));
    writeFileSync(file, text);
    hypervisor.faults.arm({ name: 'vm-create-fails', node: NODE });
    await terraform.start('apply', '-auto-approve', '-input=false', ...oneNode(NODE));
    compare('node-tainted', (await terraform.plan(`-target=${nodeModule(NODE)}`)).plan as TerraformPlan);
    await terraform.do('state', 'rm', vm(NODE));
    compare('node-gone', (await terraform.plan(NEXT, `-target=${nodeModule(NODE)}`)).plan as TerraformPlan);
    return wrong;
  } finally {
    await hypervisor.end();
  }
}

/** Whether Slipway reads both plans alike, but for the id of a tainted machine: the hypervisor draws it. */
function readsTheSame(made: TerraformPlan, derived: TerraformPlan): boolean {
  const [one, other] = [made, derived].map((plan) => {
    const { resource_changes: changes = [], ...rest } = readParts(plan);
    const sameId = changes.map((change) =>
      change.action_reason === 'replace_because_tainted' ? withIdBefore('drawn', change) : change,
    );
    return { ...rest, resource_changes: sameId };
  });
  return isDeepStrictEqual(one, other);
}

const wrong: string[] = [];
for (const tool of process.argv.slice(2)) {
  if (tool !== 'terraform' && tool !== 'tofu') throw new Error(`terraform or tofu, not ${tool}`);
  wrong.push(...(await record(tool)));
}
if (wrong.length > 0)
  throw new Error(
    `${wrong.join(', ')}: the program makes another plan than test/planning/terraform/lab-plans.ts derives. Correct the edit there.`,
  );
