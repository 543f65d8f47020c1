import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { queueId, workflowTypes } from '../../src/workflows/messages.js';
import { cluster, startWorkflowsAlone, taskQueue, type WorkflowsAlone } from './a-waiting-run.js';

let alone: WorkflowsAlone;
beforeAll(async () => {
  alone = await startWorkflowsAlone();
});
afterAll(() => alone.stop());

const said = { by: 'Ada', why: 'its switch port is up again' };
const ofNode = { node: 'work-1', ...said };
const ofPlan = { plan: '3f2a8c91d0aa', ...said };
const wholeShape = '{ "by": NAME, "why": REASON }';
const nodeShape = '{ "node": NODE, "by": NAME, "why": REASON }';
const planShape = '{ "plan": HASH, "by": NAME, "why": REASON }';

/** Each update that a person may send in the Web UI, its valid input, and the JSON in its sentence. */
const toRun: [string, object, string][] = [
  ...['abort', 'pause', 'resume', 'startNow'].map((name): [string, object, string] => [
    name,
    said,
    wholeShape,
  ]),
  ...['retry', 'skip', 'rollback'].map((name): [string, object, string] => [name, ofNode, nodeShape]),
  ...['approve', 'reject'].map((name): [string, object, string] => [name, ofPlan, planShape]),
];
const toQueue = ['release', 'freeze', 'unfreeze'];

/** What a person may have typed instead. */
const wrongs = (good: object): [string, unknown[]][] => [
  ['nothing', []],
  ['null', [null]],
  ['a text', ['stop it']],
  ['a list', [[good]]],
  ['{}', [{}]],
  ['no name', [{ ...good, by: undefined }]],
  ['a name that is a number', [{ ...good, by: 7 }]],
  ['a blank name', [{ ...good, by: ' ' }]],
  ['no reason', [{ ...good, why: undefined }]],
  ['a blank reason', [{ ...good, why: ' \n' }]],
  ['a reason that nobody sees', [{ ...good, why: '\u200B\u202E ' }]],
  ['a name that is too long', [{ ...good, by: 'x'.repeat(201) }]],
  ['a reason that is too long', [{ ...good, why: 'x'.repeat(3_000) }]],
];

/** The workflow's rejection. */
async function refusal(handle: WorkflowHandle, name: string, args: unknown[]): Promise<string> {
  try {
    return `taken: ${JSON.stringify(await handle.executeUpdate<unknown, [unknown]>(name, { args: args as [unknown] }))}`;
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    return error.cause?.message ?? error.message;
  }
}

async function refusals(
  handle: WorkflowHandle,
  name: string,
  good: object,
): Promise<(readonly [string, string])[]> {
  return Promise.all(
    wrongs(good).map(async ([what, args]) => [what, await refusal(handle, name, args)] as const),
  );
}

/** A rejected update leaves no trace: neither an update nor a step that failed. */
async function traces(
  handle: WorkflowHandle,
): Promise<{ readonly failed: number; readonly updates: number }> {
  const events = (await handle.fetchHistory()).events ?? [];
  return {
    failed: events.filter((event) => event.workflowTaskFailedEventAttributes).length,
    updates: events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length,
  };
}

describe('a run that is sent something else than a decision', () => {
  test('refuses it with the JSON that it takes, and nothing changes', async () => {
    const { handle, details } = await alone.waitingRun(1);
    const before = await details();
    for (const [name, good, shape] of toRun)
      for (const [what, sentence] of await refusals(handle, name, good))
        expect({ name, what, sentence }).toMatchObject({ sentence: expect.stringContaining(shape) });
    expect(await refusal(handle, 'skip', [{ ...ofNode, node: ' ' }])).toContain(
      '"node" of this one is empty',
    );
    expect(await refusal(handle, 'retry', [ofNode])).toContain('its turn has not come');
    expect(await traces(handle)).toEqual({ failed: 0, updates: 0 });
    expect(await details()).toBe(before);
    expect(await handle.executeUpdate('pause', { args: [said] })).toMatchObject({ verdict: 'pausing' });
    await handle.terminate();
  });

  test('shows that JSON beside each update', async () => {
    const { handle } = await alone.waitingRun(2);
    const { definition } = await handle.query<Metadata>('__temporal_workflow_metadata');
    const shown = definition.updateDefinitions.map(({ name, description }) => [name, description] as const);
    expect(shown.map(([name]) => name).toSorted()).toEqual(toRun.map(([name]) => name).toSorted());
    for (const [name, , shape] of toRun) expect(new Map(shown).get(name)).toContain(shape);
    await handle.terminate();
  });
});

test('a node may be left out while the plan waits for approval; said twice, the first counts', async () => {
  const one = await alone.waitingRun(70);
  // Characters that a terminal would obey are shown to nobody.
  const typed = { node: ' work-1 ', by: 'Ada\u202E', why: 'its switch port\u001B\nis up again' };
  expect(await refusal(one.handle, 'skip', [typed])).toBe('taken: {"verdict":"skipped","node":"work-1"}');
  expect(await refusal(one.handle, 'retry', [ofNode])).toBe(
    'work-1 was decided about already: skip by Ada: its switch port is up again.',
  );
  expect(await refusal(one.handle, 'retry', [{ ...ofNode, node: 'work-2' }])).toMatch(
    /its turn has not come/,
  );
  expect(await one.failedTasks()).toBe(0);
  await one.handle.terminate();
});

describe('a queue that is sent something else than a decision', () => {
  test('refuses it with the JSON that it takes, and nothing changes', async () => {
    const handle = await aQueue();
    for (const name of toQueue)
      for (const [what, sentence] of await refusals(handle, name, said))
        expect({ name, what, sentence }).toMatchObject({ sentence: expect.stringContaining(wholeShape) });
    expect(await traces(handle)).toEqual({ failed: 0, updates: 0 });
    expect(await handle.executeUpdate('release', { args: [said] })).toEqual({
      verdict: 'not-held',
      open: null,
    });
    await handle.terminate();
  });

  test.each(['enqueue', 'enqueueMerge', 'cancelPending'])(
    'takes no %s that no program sent',
    async (name) => {
      const handle = await aQueue();
      const request = { schema: 1, cluster, talos: 'v1.12.6', requestedBy: 'ada', requestedAt: 'now' };
      const inputs = [
        [],
        [null],
        ['v1.12.6'],
        [{}],
        [said],
        [{ request }],
        [{ key: 'a', input: { request } }],
      ];
      for (const args of inputs)
        expect(await refusal(handle, name, args)).toContain('asked for by a program');
      expect(await traces(handle)).toEqual({ failed: 0, updates: 0 });
      await handle.terminate();
    },
  );
});

interface Metadata {
  readonly definition: {
    readonly updateDefinitions: readonly { readonly name: string; readonly description: string }[];
  };
}

function aQueue(): Promise<WorkflowHandle> {
  return alone.temporal.client.workflow.start(workflowTypes.queue, {
    workflowId: queueId(cluster),
    taskQueue,
    args: [{ cluster, lastRun: 0, hold: null }],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
}
