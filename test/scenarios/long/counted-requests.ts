import { readFile } from 'node:fs/promises';
import type { World } from '../../../lab/world.js';

/** How often a node got each request that cannot be undone, whatever its result; requests it never got are left out. */
export type Counted = Readonly<Partial<Record<Destructive, number>>>;

type Destructive = 'upgrade' | 'install' | 'reboot' | 'rollback' | 'remove-member' | 'destroy' | 'make';

const talos: Readonly<Record<string, Destructive>> = {
  'machine.MachineService/Upgrade': 'upgrade',
  'machine.LifecycleService/Upgrade': 'install',
  'machine.MachineService/Reboot': 'reboot',
  'machine.MachineService/Rollback': 'rollback',
  'machine.MachineService/EtcdRemoveMemberByID': 'remove-member',
};

/** gRPC: this Talos has no such call; talosctl asks for it, and falls back to the one of old. */
const unimplemented = 12;

/**
 * Counts from now on the requests to the simulated machines and the hypervisor about a node. Others remove members, so those of all
 * nodes count.
 */
export async function countRequests(at: World, node: string): Promise<() => Promise<Counted>> {
  const { requests, hypervisor } = filesOf(at);
  const from = [await linesOf(requests), await linesOf(hypervisor)].map((lines) => lines.length);
  const vmid = at.lab.hypervisor?.vms.find(({ name }) => name === node)?.vmid;
  const slipway = at.lab.hypervisor?.slipway;
  return async () => {
    const ofMachines = (await linesOf(requests)).slice(from[0]).flatMap((line): Destructive[] => {
      const { node: asked, method, code } = line as { node: string; method: string; code: number };
      const does = talos[method];
      const own = does === 'remove-member' || asked === node || asked === addressOf(at, node);
      return does && own && code !== unimplemented ? [does] : [];
    });
    const ofHypervisor = (await linesOf(hypervisor)).slice(from[1]).flatMap((line): Destructive[] => {
      const asked = line as { event: string; method: string; path: string; by: string; vmid?: number };
      if (asked.event !== 'asked' || asked.by !== slipway || asked.vmid !== vmid) return [];
      if (asked.method === 'DELETE') return ['destroy'];
      return asked.method === 'POST' && asked.path === '/vms' ? ['make'] : [];
    });
    const counted: Partial<Record<Destructive, number>> = {};
    for (const one of [...ofMachines, ...ofHypervisor]) counted[one] = (counted[one] ?? 0) + 1;
    return counted;
  };
}

function filesOf({ lab }: World): { requests: string; hypervisor: string | undefined } {
  return { requests: lab.logs.requests, hypervisor: lab.hypervisor?.log };
}

function addressOf({ lab }: World, node: string): string | undefined {
  return lab.machines.find(({ name }) => name === node)?.address;
}

async function linesOf(file: string | undefined): Promise<unknown[]> {
  if (file === undefined) return [];
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as unknown);
}
