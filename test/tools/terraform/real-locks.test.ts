import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describe as describeReason } from '../../../src/planning/reasons/describe.js';
import { openEncrypted } from '../../../src/tools/etcd-snapshot.js';
import { isRunning, identify, type ProcessIdentity } from '../../../src/tools/process-identity.js';
import type { Refusal } from '../../../src/tools/refusal.js';
import { CommandFailed } from '../../../src/tools/run-command.js';
import type { KeptRun } from '../../../src/tools/terraform/run-records.js';
import { TestTerraform, exists, reasonOf, tools, twoMachines, until, vm, waitingFor } from './a-terraform.js';
import { StateServer, type HeldLock } from './state-server.js';
import { startWorker } from './start-worker.js';

const aRun = 180_000;
const one = vm('k8s-work-1');

describe.each(tools)('the lock of a state, and the real %s', (tool) => {
  let test: TestTerraform;
  let server: StateServer;
  let backend: object;
  let began: string;
  let go: string;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('http'));
    server = await StateServer.start();
    backend = { backend: [{ file: test.file('backend', server.backend) }] };
    began = path.join(test.root, 'began');
    go = path.join(test.root, 'go');
  }, aRun);
  afterEach(async () => {
    test.file('go');
    await Promise.all([server.end(), test.end()]);
  });

  /** An apply that is creating its one machine, and waits for the file `go`. */
  const making = async (signal?: AbortSignal) => {
    const terraform = await test.ready(tool, backend);
    const values = { making: waitingFor(began, go) };
    const saved = await test.plan(terraform, { values, targets: [one] });
    const applied = test.apply(terraform, saved, signal);
    applied.catch(() => undefined);
    await until(exists(began));
    return { terraform, saved, applied };
  };
  const recorded = async (): Promise<KeptRun | undefined> => (await test.records.all())[0];
  const process = async (): Promise<ProcessIdentity> => {
    const identity = identify((await recorded())?.pid ?? 0);
    if (!identity) throw new Error('no Terraform runs');
    return identity;
  };
  const waits = (pid: number): string =>
    `process ${pid} of an earlier attempt finishes what it has in hand, and is waited for to the end of this step`;
  const foreignLock = (): HeldLock => ({
    ID: '0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10',
    Operation: 'OperationTypeApply',
    Who: 'ops@elsewhere',
    Version: '1.11.4',
    Created: '2026-11-22T08:14:05.123456Z',
  });

  it(
    'is neither taken nor waited for by a plan that only looks, which is never applied',
    async () => {
      server.lock = foreignLock();
      const terraform = await test.ready(tool, backend, { lockMs: 'none' });
      const saved = await test.plan(terraform);
      expect(saved.plan.resource_changes).toHaveLength(2);
      expect(server.lock).toEqual(foreignLock());
      expect(await recorded()).toBeUndefined();
      await expect(test.apply(terraform, saved)).rejects.toThrow(/without the lock is not applied/);
      const wrong = test.plan(terraform, { targets: ['terraform_data.vm['] });
      expect(await reasonOf(wrong)).toMatchObject({ kind: 'terraform-plan-failed' });
    },
    aRun,
  );

  it(
    'of another owner is waited for, reported, and left alone',
    async () => {
      server.lock = foreignLock();
      const terraform = await test.ready(tool, backend);
      const reason = await reasonOf(test.plan(terraform));
      expect(reason).toMatchObject({ kind: 'terraform-locked', id: server.lock.ID });
      // Terraform's backend http reports the client itself; OpenTofu reports the owner.
      expect(reason).toMatchObject(
        tool === 'tofu'
          ? { who: 'ops@elsewhere', operation: 'apply', since: '2026-11-22T08:14:05.123Z' }
          : { who: undefined, operation: undefined, since: undefined },
      );
      expect(server.lock).toEqual(foreignLock());
      expect(test.said).toContain('waits for the lock of the Terraform state');
    },
    aRun,
  );

  it(
    'of an apply that was killed is released, for its id was recorded while it was held',
    async () => {
      const { terraform, applied } = await making();
      await until(async () => (await recorded())?.lockId !== undefined);
      expect((await recorded())?.lockId).toBe(server.lock?.ID);
      const { pid } = await process();
      globalThis.process.kill(pid, 'SIGKILL');
      expect(await reasonOf(applied)).toMatchObject({ kind: 'terraform-apply-failed' });
      expect(server.lock).toBeDefined();
      test.said.length = 0;
      expect((await test.plan(terraform)).changes).toBe(true);
      expect(test.said).toContain(
        `releases the lock of process ${pid}, which Slipway started and which is dead`,
      );
      expect(server.log.filter((line) => line.startsWith('UNLOCK (forced)'))).toHaveLength(1);
      expect(await recorded()).toBeUndefined();
    },
    aRun,
  );

  it(
    'of a process in another machine or container is kept, though nothing of that process is seen here',
    async () => {
      const { terraform, applied } = await making();
      await until(async () => (await recorded())?.lockId !== undefined);
      const { pid } = await process();
      globalThis.process.kill(pid, 'SIGKILL');
      await reasonOf(applied);
      const run = await recorded();
      if (!run) throw new Error('the record is gone');
      const content = JSON.parse(readFileSync(run.file, 'utf8')) as object;
      writeFileSync(run.file, JSON.stringify({ ...content, home: '0123456789abcdef' }));
      const held = server.lock;
      expect(await reasonOf(test.plan(terraform))).toMatchObject({
        kind: 'terraform-locked',
        id: held?.ID,
        why: expect.stringContaining(`process ${pid} as ${run.who} on another machine`),
      });
      expect(server.lock).toEqual(held);
      expect(server.log).not.toContain('UNLOCK (forced)');
      expect(await recorded()).toMatchObject({ life: 'unknown', lockId: held?.ID });
    },
    aRun,
  );

  it(
    'of a killed plan is released where the backend reports its owner',
    async () => {
      const terraform = await test.ready(tool, backend);
      server.silent = true;
      const planned = test.plan(terraform);
      planned.catch(() => undefined);
      await until(() => server.lock !== undefined);
      globalThis.process.kill((await process()).pid, 'SIGKILL');
      await reasonOf(planned);
      server.silent = false;
      const again = await test.plan(terraform).then(
        () => 'a plan',
        (error: unknown) => describeReason((error as Refusal).reason),
      );
      expect(again).toMatch(tool === 'tofu' ? 'a plan' : /the backend does not say who took it$/);
      expect(server.log.includes('UNLOCK (forced)')).toBe(tool === 'tofu');
    },
    aRun,
  );

  it(
    'is returned to service, and the state written, by an apply that is stopped once',
    async () => {
      const stop = new AbortController();
      const { applied } = await making(stop.signal);
      stop.abort();
      const error: unknown = await applied.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CommandFailed);
      expect(error).toMatchObject({ cancelled: true, exitCode: 1, stdoutTail: '', stderrTail: '' });
      expect(server.lock).toBeUndefined();
      expect(server.instances).toEqual(['terraform_data.vm[k8s-work-1] (tainted)']);
      expect(await recorded()).toBeUndefined();
    },
    aRun,
  );

  it(
    'is kept when the worker is killed: the machine is created to its end, and the next attempt waits for that, longer than for another owner',
    async () => {
      const terraform = await test.ready(tool, backend);
      const worker = await startWorker({
        section: test.section(tool, backend),
        options: await test.options(),
        records: path.join(test.root, 'records'),
        values: { talos_version: 'v1.12.1', making: waitingFor(began, go) },
        target: one,
      });
      await until(exists(began));
      const child = await process();
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      const planned = test.plan(terraform, { targets: [one] });
      await until(() => test.said.includes(waits(child.pid)));
      // The wait for another owner's lock is one second.
      await Promise.race([planned, sleep(3_000)]);
      expect(isRunning(child)).toBe(true);
      test.file('go');
      expect((await planned).changes).toBe(false);
      expect(isRunning(child)).toBe(false);
      expect(server.log).not.toContain('UNLOCK (forced)');
      expect(server.instances).toEqual(['terraform_data.vm[k8s-work-1]']);
      expect(await recorded()).toBeUndefined();
    },
    aRun,
  );

  it(
    'is reported as that of an earlier attempt, when that outlasts the step, or must not be waited for',
    async () => {
      const { applied } = await making();
      const { pid } = await process();
      const stillAtWork = {
        kind: 'terraform-locked',
        operation: 'apply',
        id: undefined,
        why: `process ${pid} of an earlier attempt still finishes what it has in hand`,
      };
      const terraform = await test.ready(tool, backend);
      expect(await reasonOf(test.plan(terraform, {}, 2_000))).toMatchObject(stillAtWork);
      test.said.length = 0;
      const impatient = await test.ready(tool, backend, { lockMs: 0 });
      expect(await reasonOf(test.plan(impatient))).toMatchObject(stillAtWork);
      expect(test.said).toEqual([]);
      test.file('go');
      await applied;
    },
    aRun,
  );

  it(
    'lets an apply that must start at once wait for an earlier one only until it is too late',
    async () => {
      const terraform = await test.ready(tool, backend);
      const saved = await test.plan(terraform);
      const { applied } = await making();
      const late = terraform.apply(saved, { timeoutMs: 120_000, startBefore: Date.now() + 1_000 });
      await expect(late).rejects.toMatchObject({ notStarted: expect.stringContaining('too late') });
      expect(await test.records.all()).toHaveLength(1);
      test.file('go');
      await applied;
    },
    aRun,
  );

  it(
    'held or not: a state the backend does not take is kept, encrypted',
    async () => {
      const { applied } = await making();
      server.readOnly = true;
      test.file('go');
      const reason = await reasonOf(applied);
      if (reason.kind !== 'terraform-state-unwritten') throw new Error(JSON.stringify(reason));
      const clear = path.join(test.root, 'opened');
      await openEncrypted(reason.file, [test.identity], clear);
      expect(readFileSync(clear, 'utf8')).toContain('"index_key": "k8s-work-1"');
      expect(server.state ?? '').not.toContain('k8s-work-1"');
    },
    aRun,
  );
});
