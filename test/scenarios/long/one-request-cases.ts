import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CuttableWay } from '../../../lab/processes/cuttable-way.js';
import type { LabProcess } from '../../../lab/processes/lab-process.js';
import type { TemporalAlone } from '../../../lab/temporal-alone.js';
import type { World } from '../../../lab/world.js';
import type { FaultCase, Flow } from '../faults/fault-case.js';
import { holdDrain, stopHolding, whileItDrains } from '../held-drain.js';
import { plannedReplacementBack } from '../faults/replace-cases.js';
import { hasFired } from '../faults/terraform-deaths.js';
import type { Counted } from './counted-requests.js';
import { startOnOtherHost, takenUpBy } from './other-hosts.js';

/** What a case may break. */
export interface Around {
  readonly way: CuttableWay;
  readonly temporal: TemporalAlone;
  /** Workers that live on beside the one that took over. */
  readonly left: LabProcess[];
}

/** A story, and all the requests that its node may have got. */
export interface OneRequest extends FaultCase {
  readonly asked: Counted;
}

/** Longer than the heartbeat timeout of every activity: Temporal has given the step to another worker by then. */
const longerThanAHeartbeat = 12_000;

const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;
/**
 * Waits that continue while a worker is missing. Temporal gives tasks to a stopped worker until its polls end, for up to a minute, and
 * each time it takes a timeout.
 */
const patient = {
  limits: {
    drain: '120s',
    install: '120s',
    reboot: '120s',
    boot: '120s',
    replace: '120s',
    removeMember: '120s',
    configure: '120s',
  },
} as const;

type Act = (at: World, run: number, node: string) => Promise<unknown>;
const nothing: Act = async () => undefined;

/** How a worker is lost, and the result; `meanwhile` is what happens while another worker may have its step. */
function losses({ way, temporal, left }: Around) {
  const frozen = async (
    at: World,
    run: number,
    node: string,
    meanwhile: Act = nothing,
    attempt = 1,
  ): Promise<void> => {
    if (!at.worker) throw new Error('there is no worker to be stopped');
    signal(at.worker, 'SIGSTOP');
    const first = await startOnOtherHost(at, 'other-host');
    left.push(first);
    await takenUpBy(at, 'other-host', run, node, attempt);
    await meanwhile(at, run, node);
    signal(first, 'SIGCONT');
  };
  const partedSo =
    (by: 'cut' | 'refuse') =>
    async (at: World, run: number, node: string, meanwhile: Act = nothing): Promise<void> => {
      way[by]();
      left.push(await startOnOtherHost(at, 'other-host'));
      await takenUpBy(at, 'other-host', run, node);
      await meanwhile(at, run, node);
      way.mend();
    };
  const parted = partedSo('cut');
  const refused = partedSo('refuse');
  const alone = async (at: World, run: number, node: string, meanwhile: Act = nothing): Promise<void> => {
    way.cut();
    await meanwhile(at, run, node);
    await sleep(longerThanAHeartbeat);
    way.mend();
  };
  const withoutTemporal = async (
    at: World,
    run: number,
    node: string,
    meanwhile: Act = nothing,
  ): Promise<void> => {
    await temporal.server.kill();
    await meanwhile(at, run, node);
    await sleep(longerThanAHeartbeat);
    await temporal.server.restart();
  };
  const killed = async (at: World, run: number, node: string): Promise<void> => {
    const { worker } = at;
    if (!worker) throw new Error('there is no worker to be killed');
    const children = childrenOf(worker.identity.pid);
    if (children.length === 0) throw new Error('the worker has no child process that could outlive it');
    await worker.kill();
    await at.until('its children are gone', async () => children.every((pid) => !runs(pid)));
    left.push(await startOnOtherHost(at, 'other-host'));
    await takenUpBy(at, 'other-host', run, node);
  };
  return { frozen, parted, refused, alone, withoutTemporal, killed };
}

/** The cases of a flow. */
export function oneRequestCases(flow: Flow, around: Around): readonly OneRequest[] {
  const { frozen, parted, refused, alone, withoutTemporal, killed } = losses(around);
  const upgrade = { upgrade: 1 } as const;
  const inTwo = { install: 1, reboot: 1 } as const;
  const machine = { destroy: 1, make: 1 } as const;
  const all: Readonly<Record<Flow, readonly OneRequest[]>> = {
    legacy: [
      drained(
        'its worker is stopped while it drains, another one upgrades, and the first goes on',
        (at, ...of) =>
          frozen(at, ...of, async () => {
            await stopHolding(at);
            await at.until('it was upgraded', () => wasAsked(at, 'machine.MachineService/Upgrade'));
          }),
      ),
      drained(
        'its worker is killed while kubectl drains: kubectl dies too, and another host goes on',
        killed,
      ),
      drained('the workers are parted while it drains: both drain, and one upgrades', parted),
      drained('Temporal refuses its worker while it drains: both drain, and one upgrades', refused),
      atInstall('Temporal refuses its worker as it upgrades, and another host takes over', refused),
      {
        name: 'its worker is stopped as soon as the upgrade is accepted',
        during: async (at, ...of) => {
          await at.until('it was accepted', () => wasAsked(at, 'machine.MachineService/Upgrade'));
          await frozen(at, ...of);
        },
        ...upgradedOnce(),
      },
      atInstall('its worker loses its way to Temporal as it upgrades, and lives', alone),
      atInstall('the workers are parted as one upgrades', parted),
      atInstall('Temporal is away as it upgrades', withoutTemporal),
      {
        name: 'its worker is stopped as soon as a rollback is accepted',
        ...patient,
        limits: { ...patient.limits, decision: '120s' },
        faults: [{ name: 'extension-missing' }],
        during: async (at, run, node) => {
          await at.until('the run waits for a decision', async () =>
            (await at.says()).includes(`slipway retry ${node} `),
          );
          await at.slipway('rollback', node, '--why', 'a test');
          await at.until('it was accepted', () => wasAsked(at, 'machine.MachineService/Rollback'));
          await frozen(at, run, node, nothing, 2);
        },
        ends: { legacy: { outcome: 'halted', node: 'undone', state: 'rolled-back', installs: 1, boots: 2 } },
        asked: { upgrade: 1, rollback: 1 },
      },
    ],
    lifecycle: [
      installing('its worker loses its way to Temporal while it installs, and lives', alone),
      installing('the workers are parted while one installs', parted),
      installing('Temporal refuses its worker while it installs, and another host takes over', refused),
      installing('its worker is stopped while it installs, and goes on', frozen),
      installing('Temporal is away while it installs', withoutTemporal),
      waiting('its worker is stopped before the reboot, another one reboots, and the first goes on', frozen, [
        disarm,
        rebooted,
      ]),
      waiting('the workers are parted before the reboot: both could reboot, and one does', parted, [
        disarm,
        rebooted,
      ]),
      waiting('Temporal is away, and its worker reboots', withoutTemporal, [disarm]),
    ],
    replace: [
      cloning('its worker loses its way to Temporal while the machine is made, and lives', alone),
      cloning('the workers are parted while the machine is made', parted),
      cloning('Temporal refuses its worker while the machine is made, and another host takes over', refused),
      cloning('its worker is stopped while the machine is made, and goes on', frozen),
      cloning('Temporal is away while the machine is made', withoutTemporal),
      ...(
        [
          [
            'its worker is stopped as it removes the etcd member, another one removes it, and the first goes on',
            frozen,
          ],
          ['the workers are parted as one removes the etcd member', parted],
        ] as const
      ).map(([name, lose]): OneRequest => ({
        name,
        node: 'k8s-ctrl-2',
        ...patient,
        during: async (at, run, node) => {
          await at.untilBegun(run, node, 'removeMember');
          await lose(at, run, node);
        },
        ends: { replace: plannedReplacementBack },
        asked: { ...machine, 'remove-member': 1 },
      })),
    ],
  };
  return all[flow];

  function upgradedOnce() {
    return { ...patient, ends: { legacy: done }, asked: upgrade };
  }

  function drained(name: string, lose: Act): OneRequest {
    return {
      name,
      prepare: holdDrain,
      during: (at, run, node) =>
        whileItDrains(at, run, node, async () => {
          await at.until('kubectl drains', async () => childrenOf(at.worker?.identity.pid ?? 0).length > 0);
          await lose(at, run, node);
        }),
      cleanUp: stopHolding,
      ...upgradedOnce(),
    };
  }

  function atInstall(name: string, lose: Act): OneRequest {
    return {
      name,
      during: async (at, run, node) => {
        await at.untilBegun(run, node, 'installTalos');
        await lose(at, run, node);
      },
      ...upgradedOnce(),
    };
  }

  function installing(name: string, lose: Act): OneRequest {
    return {
      name,
      ...patient,
      faults: [{ name: 'slow-install' }],
      during: async (at, run, node) => {
        await at.until('the installer is at work', () => hasFired(at, run, 'slow-install'));
        await lose(at, run, node);
      },
      ends: { lifecycle: done },
      asked: inTwo,
    };
  }

  function waiting(
    name: string,
    lose: (at: World, run: number, node: string, meanwhile: Act) => Promise<void>,
    meanwhile: readonly Act[],
  ): OneRequest {
    return {
      name,
      ...patient,
      // The reboot waits for the time to be synced.
      faults: [{ name: 'time-not-synced', after: 'lifecycle:armed' }],
      during: async (at, run, node) => {
        await at.untilBegun(run, node, 'rebootNode');
        await lose(at, run, node, async (...of) => {
          for (const act of meanwhile) await act(...of);
        });
      },
      ends: { lifecycle: done },
      asked: inTwo,
    };
  }

  function cloning(
    name: string,
    lose: (at: World, run: number, node: string, meanwhile: Act) => Promise<void>,
  ): OneRequest {
    return {
      name,
      ...patient,
      faults: [{ name: 'vm-create-hangs' }],
      during: async (at, run, node) => {
        await at.until('it is being made', () => hasFired(at, run, 'vm-create-hangs'));
        await lose(at, run, node, disarm);
      },
      ends: { replace: plannedReplacementBack },
      asked: machine,
    };
  }
}

const disarm: Act = (at) => at.control('DELETE', '/faults');

const rebooted: Act = (at) =>
  at.until('it was rebooted', () => wasAsked(at, 'machine.MachineService/Reboot'));

/** Whether a machine got that request since the last case's end; cases begin with machines that run. */
async function wasAsked(at: World, method: string): Promise<boolean> {
  const from = started.get(at) ?? 0;
  const lines = readFileSync(at.lab.logs.requests, 'utf8').trim().split('\n').slice(from);
  return lines.some((line) => (JSON.parse(line) as { method: string }).method === method);
}

/** Length of the request log when a case began. */
const started = new WeakMap<World, number>();

export function caseBegins(at: World): void {
  started.set(at, readFileSync(at.lab.logs.requests, 'utf8').trim().split('\n').length);
}

function signal({ identity }: LabProcess, name: 'SIGSTOP' | 'SIGCONT'): void {
  process.kill(identity.pid, name);
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => statOf(pid)?.[1] === String(parent));
}

function runs(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** State, parent, … of a process, as /proc has them after its name. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
