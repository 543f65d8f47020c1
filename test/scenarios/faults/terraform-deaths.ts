import { readdirSync, readFileSync } from 'node:fs';
import type { FaultName } from '../../../lab/faults/catalogue.js';
import type { World } from '../../../lab/world.js';
import { runId } from '../../../src/workflows/messages.js';
import { creationOf, hypervisorOf } from '../../../lab/put-back/replace-machines.js';

/** Whether a fault has shown since the run began. */
export async function hasFired(at: World, run: number, name: FaultName): Promise<boolean> {
  const { workflow } = await at.client();
  const { startTime } = await workflow.getHandle(runId(at.lab.cluster, run)).describe();
  const { faults } = await stateOf(at);
  return faults.fired.some((fault) => fault.name === name && new Date(fault.time) >= startTime);
}

/** The stage of a machine, as Talos names it. */
export async function stageOf(at: World, node: string): Promise<string | undefined> {
  return (await stateOf(at)).machines.find(({ name }) => name === node)?.stage;
}

interface State {
  readonly machines: readonly { readonly name: string; readonly stage: string }[];
  readonly faults: {
    readonly fired: readonly { readonly name: string; readonly time: string }[];
  };
}

async function stateOf(at: World): Promise<State> {
  return (await at.control('GET', '/state')) as State;
}

/** Kills the apply on this lab's hypervisor, as the kernel does without memory. */
export function killTerraform(at: World): void {
  const { program } = hypervisorOf(at).terraform;
  const found = ofHypervisor(at, ([first, second]) => first === program && second === 'apply');
  const [pid] = found;
  if (pid === undefined || found.length > 1)
    throw new Error(`one Terraform should be at work, and there are ${found.length}`);
  process.kill(pid, 'SIGKILL');
}

/** Kills Terraform and its child processes, as a power cut of its host does; the hypervisor notices. */
export async function cutPowerOfTerraform(at: World, node: string): Promise<void> {
  killTerraform(at);
  const calls = ofHypervisor(at, (args) => args.some((one) => one.endsWith('hypervisor-call.mjs')));
  for (const pid of calls) process.kill(pid, 'SIGKILL');
  await at.until('its clone is given up', async () => (await creationOf(at, node)) === 'abandoned');
}

/** Processes with the address of this lab's hypervisor. */
function ofHypervisor(at: World, isOne: (args: readonly string[]) => boolean): number[] {
  const { url } = hypervisorOf(at);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter(
      (pid) =>
        isOne(textOf(`/proc/${pid}/cmdline`).split('\0')) &&
        textOf(`/proc/${pid}/environ`).includes(`PROXMOX_VE_ENDPOINT=${url}`),
    )
    .map(Number);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
