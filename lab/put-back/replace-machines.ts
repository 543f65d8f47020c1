import { readFile } from 'node:fs/promises';
import type { Vm } from '../hypervisor/inventory.js';
import { foreground } from '../processes/foreground.js';
import { cleanEnvironment } from '../terminal.js';
import type { World } from '../world.js';
import { toolPath } from '../../src/tools/tool-path.js';
import { returnToService } from './reset.js';

/** The first version of machines, and of their replacements, in a lab that is reset this way. */
export const replaced = { from: 'v1.12.1', to: 'v1.13.7' } as const;

const firstVersion = `-var=talos_version=${replaced.from.replace(/^v/, '')}`;

/**
 * Resets a node as the owner of the machines would: destroys whatever exists, Terraform creates template and machine with the first
 * version, the machine gets its configuration, and a person returns node and cluster to service.
 */
export async function makeAnew(world: World, node: string): Promise<void> {
  await world.control('DELETE', '/faults');
  await deleteMachine(world, node);
  await replace(world, node, [firstVersion]);
  await configure(world, node);
  await returnToService(world);
}

/**
 * The same for several nodes after a run. If a node still has its first machine, only its template is replaced, since replacing the machine
 * takes longer than most runs.
 *
 * @param since milliseconds, when the run began.
 */
export async function replaceSince(world: World, nodes: readonly string[], since: number): Promise<void> {
  await world.control('DELETE', '/faults');
  for (const node of nodes) {
    const destroyed = await world.machineEvents(node, 'destroyed');
    if (destroyed.some(({ time }) => Date.parse(time) >= since)) await makeAnew(world, node);
    else await firstTemplate(world, node);
  }
  await returnToService(world);
}

async function firstTemplate(world: World, node: string): Promise<void> {
  const owners = await world.owner.terraform();
  await owners.apply(firstVersion, `-target=${templateOf(world, node)}`);
}

async function replace(world: World, node: string, variables: readonly string[]): Promise<void> {
  const owners = await world.owner.terraform();
  const apply = (target: string, ...more: string[]): Promise<void> =>
    owners.apply(...variables, `-target=${target}`, ...more);
  await apply(templateOf(world, node));
  const machine = `module.${node.includes('ctrl') ? 'control_nodes' : 'worker_nodes'}["${node}"]`;
  await apply(machine, `-replace=${machine}.terraform_data.vm`);
}

/** A clone in progress locks its VM until it has ended. */
async function deleteMachine(world: World, node: string): Promise<void> {
  await world.until(`the VM of ${node} is gone`, async () => {
    const { status } = await askOfVm(world, node, 'DELETE');
    return status === 200 || status === 404;
  });
}

/** How far the hypervisor got with the VM of a node; undefined: it has none. */
export async function creationOf(world: World, node: string): Promise<Vm['creation'] | undefined> {
  const answer = await askOfVm(world, node, 'GET');
  return answer.ok ? ((await answer.json()) as Pick<Vm, 'creation'>).creation : undefined;
}

async function askOfVm(world: World, node: string, method: 'GET' | 'DELETE'): Promise<Response> {
  const { url, tokens } = hypervisorOf(world);
  const token = (await readFile(tokens.owner, 'utf8')).trim();
  const headers = { authorization: `PVEAPIToken=${token}` };
  return fetch(`${url}/vms/${vmOf(world, node).vmid}`, { method, headers });
}

/** `talosctl apply-config --insecure`, once the machine waits for it. */
async function configure(world: World, node: string): Promise<void> {
  const { machines, machineConfigurations } = world.lab;
  const address = machines.find(({ name }) => name === node)?.loopback ?? '';
  const file = machineConfigurations[node] ?? '';
  const talosctl = await toolPath('talosctl', '1.12');
  const args = ['apply-config', '--insecure', '--nodes', address, '--file', file];
  const options = { env: cleanEnvironment({}), timeoutMs: 20_000 };
  await world.until(`${node} takes its configuration`, async () => {
    const { code } = await foreground(talosctl, args, options);
    return code === 0;
  });
}

function templateOf(world: World, node: string): string {
  const { templates } = hypervisorOf(world);
  const template = templates.find(({ id }) => id === vmOf(world, node).template);
  return `module.templates["${template?.name}"]`;
}

function vmOf(world: World, node: string): { readonly vmid: number; readonly template: number } {
  const vm = hypervisorOf(world).vms.find(({ name }) => name === node);
  if (!vm) throw new Error(`the lab's hypervisor has no VM ${node}`);
  return vm;
}

export function hypervisorOf({ lab }: World): NonNullable<World['lab']['hypervisor']> {
  if (!lab.hypervisor) throw new Error('the lab has no hypervisor');
  return lab.hypervisor;
}
