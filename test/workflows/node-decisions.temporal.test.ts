import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlannedNode } from '../../src/planning/plan/plan.js';
import type { RunResult } from '../../src/planning/report/run-result.js';
import { historyFacts } from '../../src/runs/view/history-facts.js';
import {
  DrivenActivities,
  driveRun,
  Fails,
  gate,
  oldAgain,
  unwell,
  type Answers,
  type DrivenPlan,
  type DrivenRun,
} from './a-driven-run.js';
import { askedMeanwhile } from './asked-meanwhile.js';
import { startWorkflowsAlone, type WorkflowsAlone } from './a-waiting-run.js';

const [one, other, next] = ['work-1', 'work-2', 'work-3'] as const;
const undrained = new Fails({ kind: 'drain-failed', node: one, why: 'a webhook says no', attempts: 3 });

let alone: WorkflowsAlone;
let activities: DrivenActivities;
let number = 100;
let run: DrivenRun | undefined;
beforeAll(async () => {
  alone = await startWorkflowsAlone();
  activities = new DrivenActivities(alone.temporal.client);
});
afterAll(async () => {
  await activities.stop();
  await alone.stop();
});
afterEach(async () => {
  await run?.stop();
});

async function drive(
  batches: readonly (readonly string[])[],
  answers: Answers,
  instead?: DrivenPlan,
): Promise<DrivenRun> {
  number += 1;
  run = await driveRun(alone, activities, number, batches, answers, instead);
  return run;
}

/** How often an activity was called for a node. */
const times = ({ asked }: DrivenRun, what: string): number => asked.filter((text) => text === what).length;

describe('two nodes of a batch that halted', () => {
  const answers =
    (drains: () => unknown = () => undefined): Answers =>
    ({ name, node }) => {
      if (name === 'verifyNode' && node === one && !run?.asked.includes(`rollBackNode ${one}`)) return unwell;
      if (name === 'awaitBoot' && node === other) return oldAgain;
      if (name === 'drainNode' && node === one) return drains();
      return undefined;
    };
  const rollsBackAutomatically = async (driven: DrivenRun): Promise<void> =>
    driven.until('both halted, and one rolls back', async () => {
      const halted = times(driven, `verifyNode ${one}`) > 0 && times(driven, `awaitBoot ${other}`) > 0;
      return halted && (await driven.decide('rollback', one)) === 'rolling-back';
    });

  test('a rollback begins at once, without a decision about the other one', async () => {
    const driven = await drive([[one, other], [next]], answers());
    await rollsBackAutomatically(driven);
    await driven.until('it rolls back', () => times(driven, `rollBackNode ${one}`) === 1);
    const result = (await driven.handle.result()) as RunResult;
    expect(result).toMatchObject({ outcome: 'halted', reasons: [{ kind: 'rolled-back', node: one }] });
    expect(driven.asked.some((text) => text.endsWith(next))).toBe(false);
  });

  test('nothing is decided about the other one while the first rolls back: the run ends after it', async () => {
    const drained = gate();
    let drains = 0;
    const driven = await drive(
      [[one, other], [next]],
      answers(() => ((drains += 1) === 2 ? drained.opened : undefined)),
    );
    await rollsBackAutomatically(driven);
    await driven.until('it rolls back', () => drains === 2);
    for (const verb of ['retry', 'skip', 'rollback'])
      expect(await driven.decide(verb, other)).toMatch(/^work-1 is rolling back, and the run ends after it/);
    drained.open();
    expect(await driven.handle.result()).toMatchObject({ reasons: [{ kind: 'rolled-back', node: one }] });
  });

  test('where the rollback fails, the other one is still to be decided about before any other begins', async () => {
    let drains = 0;
    const driven = await drive(
      [[one, other], [next]],
      answers(() => ((drains += 1) === 2 ? undrained : undefined)),
    );
    await rollsBackAutomatically(driven);
    await driven.until('the rollback failed', () => drains === 2);
    await driven.until(
      'it can be decided about again',
      async () => (await driven.decide('retry', one)) === 'retrying',
    );
    expect(await driven.decide('retry', other)).toBe('retrying');
    const result = (await driven.handle.result()) as RunResult;
    expect(result).toMatchObject({ outcome: 'done', counts: { done: 3 } });
    const begun = driven.asked.findIndex((text) => text.endsWith(next));
    expect(driven.asked.lastIndexOf(`cordonNode ${other}`)).toBeLessThan(begun);
  });
});

describe('a node that rolls back', () => {
  test('is not skipped meanwhile: the run ends after it, and no other begins', async () => {
    const held = gate();
    const driven = await drive([[one], [next]], async ({ name, node }) => {
      if (name === 'verifyNode' && node === one && times(driven, `rollBackNode ${one}`) === 0) return unwell;
      if (name === 'rollBackNode') await held.opened;
      return undefined;
    });
    await driven.until(
      'it can be decided about',
      async () => (await driven.decide('rollback', one)) === 'rolling-back',
    );
    await driven.until('it rolls back', () => times(driven, `rollBackNode ${one}`) === 1);
    expect(await driven.decide('skip', one)).toMatch(/^work-1 is rolling back/);
    held.open();
    expect(await driven.handle.result()).toMatchObject({
      outcome: 'halted',
      reasons: [{ kind: 'rolled-back', node: one }],
    });
    expect(driven.asked.some((text) => text.endsWith(next))).toBe(false);
  });
});

describe('a rollback', () => {
  /** It halts once, then rolls back; the test says what the drain of its rollback does. */
  const rollingBack = async (drain: () => unknown): Promise<DrivenRun> => {
    let drains = 0;
    const driven = await drive([[one], [next]], ({ name, node }) => {
      if (name === 'verifyNode' && node === one && drains === 1) return unwell;
      if (name === 'drainNode' && node === one && (drains += 1) === 2) return drain();
      return undefined;
    });
    await driven.until(
      'it rolls back',
      async () => drains > 0 && (await driven.decide('rollback', one)) === 'rolling-back',
    );
    await driven.until('its rollback has begun', () => drains === 2);
    return driven;
  };

  test('that failed keeps the others from being begun: nobody goes on without that node', async () => {
    const driven = await rollingBack(() => undrained);
    await driven.until('skip is refused', async () =>
      (await driven.decide('skip', one)).startsWith('The rollback of work-1 failed: '),
    );
    expect(await driven.decide('rollback', one)).toBe('rolling-back');
    const result = (await driven.handle.result()) as RunResult;
    expect(result).toMatchObject({ outcome: 'halted', reasons: [{ kind: 'rolled-back', node: one }] });
    expect(driven.asked.some((text) => text.endsWith(next))).toBe(false);
  });

  test('is compared with what the node was before the run, whatever the version that it leaves made of it', async () => {
    const facts = (gpu: string) => ({
      bootId: 'b',
      version: 'v1.12.1',
      taints: [],
      annotations: {},
      labels: { gpu },
    });
    const compared: unknown[] = [];
    const driven = await drive([[one], [next]], ({ name, node, input }) => {
      if (node !== one) return undefined;
      if (name === 'recordFacts')
        return times(driven, `recordFacts ${one}`) === 1 ? facts('true') : facts('false');
      if (name !== 'verifyNode') return undefined;
      compared.push((input as { readonly facts: { readonly labels: unknown } }).facts.labels);
      return compared.length === 1 ? unwell : undefined;
    });
    await driven.until(
      'it rolls back',
      async () => (await driven.decide('rollback', one)) === 'rolling-back',
    );
    expect(await driven.handle.result()).toMatchObject({ reasons: [{ kind: 'rolled-back', node: one }] });
    expect(compared).toEqual([{ gpu: 'true' }, { gpu: 'true' }]);
  });

  test('that is aborted before anything was sent has not failed: the run ends with why the node halted', async () => {
    const held = gate();
    const driven = await rollingBack(() => held.opened);
    await driven.handle.executeUpdate('abort', { args: [{ by: 'Ada', why: 'to try it' }] });
    held.open();
    const result = (await driven.handle.result()) as RunResult;
    expect(result).toMatchObject({
      outcome: 'halted',
      reasons: [{ kind: 'extensions-lost', node: one }],
      notDone: [{ node: one, outcome: 'halted', state: 'on-target', reason: { kind: 'aborted' } }],
    });
    expect(driven.asked.some((text) => text.startsWith('rollBackNode'))).toBe(false);
  });
});

describe('a node that is retried', () => {
  test('waits while the run is paused', async () => {
    const driven = await drive([[one]], ({ name }) =>
      name === 'verifyNode' && times(driven, `verifyNode ${one}`) === 1 ? unwell : undefined,
    );
    await driven.until('it halted', () => times(driven, `verifyNode ${one}`) === 1);
    const said = { args: [{ by: 'Ada', why: 'to try it' }] as const };
    await driven.handle.executeUpdate<unknown, [object]>('pause', { args: [...said.args] });
    await driven.until('it is retried', async () => (await driven.decide('retry', one)) === 'retrying');
    await driven.until('the run is paused', async () => {
      const { typedSearchAttributes } = await driven.handle.describe();
      return JSON.stringify([...typedSearchAttributes.getAll()]).includes('paused');
    });
    expect(times(driven, `cordonNode ${one}`)).toBe(1);
    await driven.handle.executeUpdate<unknown, [object]>('resume', { args: [...said.args] });
    expect(await driven.handle.result()).toMatchObject({ outcome: 'done' });
    expect(times(driven, `cordonNode ${one}`)).toBe(2);
  });
});

describe('a node that is skipped before the run reaches it', () => {
  test.each([
    ['armed', { armed: true }],
    ['cordoned', { adopts: 'run/prox-ops/1' }],
  ] as const)(
    'as an earlier run left it, %s, is reported in that state: the run does not end done',
    async (state, left) => {
      const held = gate();
      const driven = await drive(
        [[one], [next]],
        async ({ name, node }) => {
          if (name === 'cordonNode' && node === one) await held.opened;
          return undefined;
        },
        { found: (node) => (node.name === next ? { ...node, ...left } : node) },
      );
      await driven.until('the first is begun', () => times(driven, `cordonNode ${one}`) === 1);
      expect(await driven.decide('skip', next)).toBe('skipped');
      held.open();
      expect(await driven.handle.result()).toMatchObject({
        outcome: 'halted',
        reasons: [{ kind: 'left-unfinished', node: next, state }],
        notDone: [{ node: next, outcome: 'skipped', state }],
      });
    },
  );
});

describe('a run with a skipped node', () => {
  const skipsNext = async (found: PlannedNode['skip']): Promise<unknown> => {
    const held = gate();
    const driven = await drive(
      [[one], [next]],
      async ({ name, node }) => {
        if (name === 'cordonNode' && node === one) await held.opened;
        return undefined;
      },
      { found: (node) => (node.name === next && found ? { ...node, skip: found } : node) },
    );
    await driven.until('the first is begun', () => times(driven, `cordonNode ${one}`) === 1);
    expect(await driven.decide('skip', next)).toBe('skipped');
    held.open();
    return driven.handle.result();
  };

  test('ends incomplete, and names the node that does not run the target', async () => {
    expect(await skipsNext(undefined)).toMatchObject({
      outcome: 'incomplete',
      reasons: [{ kind: 'nodes-skipped', nodes: [next], target: 'v1.12.6', declared: true }],
      counts: { done: 1 },
      notDone: [{ node: next, outcome: 'skipped', state: 'untouched' }],
    });
  });

  test('ends done where that node ran the target already', async () => {
    expect(await skipsNext('already-on-target')).toMatchObject({ outcome: 'done', reasons: [] });
  });
});

describe('a node that is skipped when its install was sent', () => {
  test('and then halts, halts the run as any other', async () => {
    const held = gate();
    const driven = await drive([[one], [next]], async ({ name, node }) => {
      if (name !== 'awaitReady' || node !== one) return undefined;
      await held.opened;
      return unwell;
    });
    await driven.until('it is awaited', () => times(driven, `awaitReady ${one}`) === 1);
    expect(await driven.decide('skip', one)).toBe('stopping');
    held.open();
    await driven.until(
      'it waits for a decision',
      async () => (await driven.decide('retry', one)) === 'retrying',
    );
    expect(driven.asked.some((text) => text.endsWith(next))).toBe(false);
    expect(await driven.handle.result()).toMatchObject({ outcome: 'done', counts: { done: 2 } });
  });
});

describe('a run that waits for a decision', () => {
  const unpulled = new Fails({ kind: 'image-pull-failed', node: one, image: 'an image', why: 'no route' });
  const neverPulls: Answers = ({ name, node }) =>
    name === 'prepareImage' && node === one ? unpulled : undefined;
  const touched = (driven: DrivenRun): readonly string[] =>
    driven.asked.filter((text) => /^(cordonNode|drainNode|installTalos) /.test(text));

  test('and is cancelled, as the Web UI does it, ends aborted, with nothing touched', async () => {
    const driven = await drive([[one], [next]], neverPulls);
    await driven.until('it waits', async () =>
      historyFacts(await driven.handle.fetchHistory()).timers.some(({ endedAt }) => endedAt === undefined),
    );
    await driven.handle.cancel();
    expect(await driven.handle.result()).toMatchObject({
      outcome: 'aborted',
      reasons: [{ kind: 'aborted' }],
      notDone: [{ node: one, outcome: 'undone', attempt: 1 }],
    });
    expect(touched(driven)).toEqual([]);
  });

  test('that nobody makes ends halted at its limit, with nothing touched', async () => {
    const driven = await drive([[one], [next]], neverPulls, { decision: 1_000 });
    expect(await driven.handle.result()).toMatchObject({
      outcome: 'halted',
      reasons: [{ kind: 'undecided', node: one, limit: 1_000, reason: unpulled.reason }],
      notDone: [{ node: one, outcome: 'undone' }],
    });
    expect(touched(driven)).toEqual([]);
  });
});

describe('decisions about one node', () => {
  test('by two people at once: one is accepted, and the rejection of the other names it', async () => {
    const driven = await drive([[one]], ({ name }) =>
      name === 'verifyNode' && times(driven, `verifyNode ${one}`) === 1 ? unwell : undefined,
    );
    // It waits for a person from then on: before, both would be rejected, or one before the halt and one after it.
    await driven.until('it waits', async () =>
      historyFacts(await driven.handle.fetchHistory()).timers.some(({ endedAt }) => endedAt === undefined),
    );
    const said = await Promise.all([
      driven.decide('retry', one, 'Ada'),
      driven.decide('rollback', one, 'Bob'),
    ]);
    expect(said.filter((text) => text === 'retrying' || text === 'rolling-back')).toHaveLength(1);
    expect(
      said.filter((text) => /^work-1 was decided about already: (retry by Ada|rollback by Bob): /.test(text)),
    ).toHaveLength(1);
    await driven.handle.result();
    expect(await driven.decide('retry', one)).toMatch(/not found|completed/i);
  });

  test('are answered before a batch is settled whose other node is observed meanwhile', async () => {
    const { driven, said } = await askedMeanwhile(drive);
    expect(said).toBe('retrying');
    expect(times(driven, `cordonNode ${other}`)).toBe(2);
    expect(await driven.handle.result()).toMatchObject({ outcome: 'halted', notDone: [{ node: one }] });
  });

  test('hold from the moment they are taken: nobody decides otherwise while a snapshot is taken before it begins', async () => {
    const held = gate();
    const driven = await drive([['ctrl-2']], async ({ name, node }) => {
      if (name === 'verifyNode' && node === 'ctrl-2' && times(driven, 'verifyNode ctrl-2') === 1)
        return unwell;
      if (name === 'takeSnapshot' && times(driven, 'verifyNode ctrl-2') > 0) await held.opened;
      return undefined;
    });
    await driven.until('it is retried', async () => (await driven.decide('retry', 'ctrl-2')) === 'retrying');
    await driven.until('a snapshot is taken before', () => times(driven, 'takeSnapshot') === 2);
    expect(await driven.decide('rollback', 'ctrl-2', 'Bob')).toMatch(/it is under work\.$/);
    held.open();
    expect(await driven.handle.result()).toMatchObject({ outcome: 'done' });
  });
});
