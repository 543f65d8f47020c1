import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { startHypervisor, type RunningHypervisor } from '../../../lab/hypervisor/hypervisor-server.js';
import type { HypervisorLine } from '../../../lab/hypervisor/request-log.js';
import { authorization, type ApiToken } from '../../../lab/hypervisor/tokens.js';
import { SmallHypervisorAdapter } from './small-hypervisor-adapter.js';

export const terraformToken: ApiToken = { name: 'terraform@pve!lab', secret: 'secret-1', may: 'change' };
export const readerToken: ApiToken = { name: 'slipway@pve!reader', secret: 'secret-2', may: 'read' };

/** A separate hypervisor for a test, with a small hypervisor adapter. */
export interface TestHypervisor extends RunningHypervisor {
  readonly folder: string;
  readonly room: SmallHypervisorAdapter;
  readonly faults: FaultPlan;
  ask(
    method: string,
    where: string,
    body?: unknown,
    token?: ApiToken,
  ): Promise<{ status: number; body: unknown }>;
  log(): HypervisorLine[];
  end(): Promise<void>;
}

/** A hypervisor for a test. `machines`: names of running machines in the hypervisor adapter that have no VM yet. */
export async function aHypervisor(
  hosts: readonly string[],
  machines: readonly string[] = [],
): Promise<TestHypervisor> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-hypervisor-'));
  const room = new SmallHypervisorAdapter();
  const faults = new FaultPlan();
  const logFile = path.join(folder, 'hypervisor.jsonl');
  const running = await startHypervisor({
    host: '127.0.0.1',
    port: 0,
    tokens: [terraformToken, readerToken],
    log: logFile,
    room,
    faults,
    speed: 100,
    first: { hosts, running: { names: machines, adopt: (vm) => room.adopt(vm) } },
  });
  return {
    ...running,
    folder,
    room,
    faults,
    ask: async (method, where, body, token = terraformToken) => {
      const answer = await fetch(`${running.url}${where}`, {
        method,
        headers: { authorization: authorization(token) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    log: () =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as HypervisorLine),
    end: async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
