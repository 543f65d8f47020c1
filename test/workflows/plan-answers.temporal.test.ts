import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { answerPlan, type PlanAnswered } from '../../src/starter/answer-plan.js';
import { progressView } from '../../src/cli/progress/progress-text.js';
import { reportMarkdown } from '../../src/planning/report/report-markdown.js';
import { reportOfView } from '../../src/runs/view/report-of-view.js';
import { viewOfRun } from '../../src/runs/view/view-of-run.js';
import { decisionsOf, approvalOf } from '../../src/runs/view/view-of-decisions.js';
import { approvePlan, bySignal, type ApprovalInput } from '../../src/workflows/messages.js';
import {
  cluster,
  startWorkflowsAlone,
  taskQueue,
  type WaitingRun,
  type WorkflowsAlone,
} from './a-waiting-run.js';

let alone: WorkflowsAlone;
let next = 0;
beforeAll(async () => {
  alone = await startWorkflowsAlone();
});
afterAll(() => alone.stop());

async function aRun(
  approvers?: 1 | 2,
): Promise<WaitingRun & { readonly run: number; readonly hash: string }> {
  next += 1;
  const waiting = await alone.waitingRun(next, approvers);
  return { ...waiting, run: next, hash: waiting.plan.hash };
}

/** What the run begins once it continues. */
const goesOn = async ({ facts }: WaitingRun): Promise<boolean> =>
  (await facts()).activities.some(({ name }) => name === 'resolveOrder');

/** A raw signal, in any encoding. */
async function signalRaw(run: number, encoding: string, data: string): Promise<void> {
  const { client } = alone.temporal;
  await client.workflowService.signalWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: `run/${cluster}/${run}` },
    signalName: 'approve',
    input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
  });
}

describe('a signal, as the Web UI sends it', () => {
  test('approves a plan by its hash; the record says who, why, when, and that nothing proves the name', async () => {
    const one = await aRun();
    await signalRaw(
      one.run,
      'json/plain',
      JSON.stringify({ plan: one.hash.slice(0, 12), by: 'Ada', why: 'it is urgent' }),
    );
    await one.until('it goes on', () => goesOn(one));
    const facts = await one.facts();
    const kept = { plan: one.hash, by: 'Ada', why: 'it is urgent', from: bySignal, at: expect.any(String) };
    expect(decisionsOf(facts)).toEqual([{ kind: 'approve', ...kept }]);
    expect(approvalOf(facts, one.plan)).toMatchObject({
      answer: { kind: 'approve', by: 'Ada', from: bySignal },
    });
    const view = viewOfRun(cluster, one.run, { facts, pending: undefined }, new Map());
    expect(reportMarkdown(reportOfView(view, Date.now()))).toContain(`Ada (${bySignal})`);
    const shown = progressView(view, Date.now(), { width: 200, colour: false, timeZone: 'UTC' });
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(`approved by Ada (${bySignal})`);
    await one.handle.terminate();
  });

  test('rejects it, and the run ends with nothing touched', async () => {
    const one = await aRun();
    await one.handle.signal('reject', { plan: one.hash, by: 'Ada', why: 'not this week' });
    expect(await one.handle.result()).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'approval-rejected', by: 'Ada', why: 'not this week', plan: one.hash }],
    });
    expect(decisionsOf(await one.facts())).toMatchObject([{ kind: 'reject', by: 'Ada', from: bySignal }]);
  });

  test('that is malformed is shown in the Web UI, and stops nothing', async () => {
    const one = await aRun();
    const good = { plan: one.hash, by: 'Ada', why: 'it is urgent' };
    const malformed: [unknown, RegExp][] = [
      ['approve it', /and this is none/],
      [null, /and this is none/],
      [[good], /and this is none/],
      [{ ...good, plan: 7 }, /"plan" of this one is no text/],
      [{ plan: good.plan, by: 'Ada' }, /"why" of this one is no text/],
      [{ ...good, by: ' ' }, /"by" of this one is empty/],
      [{ ...good, why: 'x'.repeat(2_001) }, /2001 characters/],
      [{ ...good, plan: 'abcdef012345' }, /asks about plan/],
      [{ ...good, plan: '<b>[x](y)' }, /asks about plan .* not \\<b\\>\\\[x\\\]/],
      [{ ...good, by: 'github:ada' }, /checks nobody/],
    ];
    for (const [given, said] of malformed) {
      await one.handle.signal('approve', given);
      await one.until(`${String(said)} is shown`, async () => said.test(await one.details()));
    }
    await one.handle.signal('approve');
    await signalRaw(one.run, 'json/plain', '{ not json');
    await signalRaw(one.run, 'json/protobuf', '{}');
    await signalRaw(one.run, 'binary/encrypted', 'x');
    await one.handle.signal('approve', good);
    await one.until('it goes on', () => goesOn(one));
    expect(await one.failedTasks()).toBe(0);
    expect(decisionsOf(await one.facts())).toHaveLength(1);
    await one.handle.terminate();
  });
});

describe('where two people must approve', () => {
  const approve = (one: WaitingRun, by: string): Promise<unknown> =>
    one.handle.executeUpdate(approvePlan, { args: [{ plan: one.plan.hash, by, why: 'looked at it' }] });

  test('one is not enough, nor the same one again, nor a signal; another one is', async () => {
    const one = await aRun(2);
    expect(await approve(one, 'github:ada')).toMatchObject({
      verdict: 'approved-by-one',
      approval: { by: 'github:ada' },
    });
    await expect(approve(one, ' Ada')).rejects.toThrow(WorkflowUpdateFailedError);
    await one.handle.signal('approve', { plan: one.hash, by: 'Bob', why: 'me too' });
    await one.until('the signal is refused', async () =>
      (await one.details()).includes('a signal proves nobody’s name'),
    );
    expect(await one.details()).toContain('github:ada approved; another person must, too');
    expect(approvalOf(await one.facts(), one.plan)).toMatchObject({
      answer: undefined,
      approvers: 2,
      yes: [{ by: 'github:ada' }],
    });
    expect(await goesOn(one)).toBe(false);
    expect(await approve(one, 'Bob')).toMatchObject({ verdict: 'approved' });
    await one.until('it goes on', () => goesOn(one));
    expect(approvalOf(await one.facts(), one.plan)?.answer).toMatchObject({ by: 'Bob' });
    await one.handle.terminate();
  });

  test('one rejection is enough, from a signal too', async () => {
    const one = await aRun(2);
    await approve(one, 'Ada');
    await one.handle.signal('reject', { plan: one.hash, by: 'Bob', why: 'not this week' });
    expect(await one.handle.result()).toMatchObject({ reasons: [{ kind: 'approval-rejected', by: 'Bob' }] });
  });
});

describe('an answer that a program sends', () => {
  const send = (
    run: number,
    verb: 'approve' | 'reject',
    changes: Partial<ApprovalInput> & { id?: string } = {},
  ) => {
    const { id = `once-${run}-${verb}`, ...input } = changes;
    const said = { plan: 'abcdef01', by: 'token:ci', why: 'checked', from: "the starter's API", ...input };
    const request = { cluster, run, verb, input: said, updateId: id };
    return answerPlan(alone.temporal.client, request, { taskQueue, limitMs: 10_000 });
  };

  test('counts once, is refused with the sentence of the run, and is found again when the run is over', async () => {
    const { run, hash, handle, facts } = await aRun();
    expect(await send(run, 'approve')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('asks about'),
    });
    const no = (): Promise<PlanAnswered> => send(run, 'reject', { plan: hash });
    const first = await no();
    expect(first).toMatchObject({
      kind: 'answered',
      answer: { verdict: 'rejected', rejection: { plan: hash, by: 'token:ci', from: "the starter's API" } },
    });
    await handle.result();
    expect(await no()).toEqual(first);
    expect(decisionsOf(await facts())).toMatchObject([
      { kind: 'reject', by: 'token:ci', from: "the starter's API" },
    ]);
    expect(await send(run, 'approve', { plan: hash, id: 'another' })).toEqual({ kind: 'ended' });
    expect(await send(999, 'approve')).toEqual({ kind: 'unknown' });
  });
});
