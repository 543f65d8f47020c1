import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SignsOfChange } from '../../../lab/interruptions/signs-of-change.js';
import type { LabDescription } from '../../../lab/lab-description.js';

let folder: string;
let lab: Pick<LabDescription, 'logs' | 'hypervisor'>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-signs-'));
  const file = (name: string): string => path.join(folder, `${name}.jsonl`);
  const logs = Object.fromEntries(
    ['requests', 'audit', 'fronts', 'machines', 'factory'].map((name) => [name, file(name)]),
  ) as LabDescription['logs'];
  lab = { logs, hypervisor: { slipway: 'slipway', log: file('hypervisor') } as LabDescription['hypervisor'] };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const requestReceivedTimestamp = '2026-01-01T00:00:00Z';
const patched = (username: string) => ({
  verb: 'patch',
  requestReceivedTimestamp,
  stage: 'ResponseComplete',
  user: { username },
  objectRef: { resource: 'nodes', name: 'k8s-work-1' },
});
const asked = (method: string, by: string) => ({
  time: requestReceivedTimestamp,
  event: 'asked',
  request: 1,
  method,
  path: '/vms/1',
  by,
});

test.each([
  ['a Node that Slipway patched', 'audit', patched('slipway'), 1],
  ['a Node that somebody else patched', 'audit', patched('kubernetes-admin'), 0],
  ['a request to upgrade', 'requests', { method: 'machine.MachineService/Upgrade' }, 1],
  ['a look', 'requests', { method: 'machine.MachineService/Version' }, 0],
  ['what a machine does', 'machines', { machine: 'k8s-work-1', event: 'rebooting' }, 1],
  ['a machine that Slipway has destroyed', 'hypervisor', asked('DELETE', 'slipway'), 1],
  ['a machine that its owner has', 'hypervisor', asked('DELETE', 'owner'), 0],
  ['a look at a machine', 'hypervisor', asked('GET', 'slipway'), 0],
] as const)('%s: counted as it should', async (_what, log, line, count) => {
  const signs = new SignsOfChange(lab);
  expect(await signs.count()).toBe(0);
  await appendFile(path.join(folder, `${log}.jsonl`), `${JSON.stringify(line)}\n`);
  expect(await signs.count()).toBe(count);
});
