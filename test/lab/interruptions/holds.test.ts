import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Holds } from '../../../lab/interruptions/holds.js';
import type { Fate, Passing } from '../../../lab/interruptions/temporal-gateway.js';
import { freeTime, passTime, stopTime } from '../../mock-time.js';

const drain: Passing = {
  kind: 'given',
  workflowId: 'run/prox-ops/3/1/k8s-work-1/1',
  activity: 'drainNode',
  attempt: 1,
};
const point = { node: 'k8s-work-1', step: 'drain' } as const;

describe('a run that is held at a step', () => {
  let beats: string[];
  let holds: Holds;

  beforeEach(() => {
    stopTime('setInterval');
    beats = [];
    holds = new Holds((token) => {
      beats.push(token);
      return Promise.resolve();
    });
  });
  afterEach(freeTime);

  /** Its result so far. */
  async function sofar(fate: Promise<Fate>): Promise<Fate | 'held'> {
    const held = Promise.resolve('held' as const);
    await passTime(0);
    return Promise.race([fate, held]);
  }

  it('stays there until it is released, and Temporal gets heartbeats for it', async () => {
    const hold = holds.at(point);
    const fate = holds.guard(drain, 'a token');
    await hold.reached;
    await passTime(30_000);
    expect(await sofar(fate)).toBe('held');
    expect(beats).toEqual(Array.from({ length: 15 }, () => 'a token'));
    hold.release();
    expect(await fate).toBe('on');
    await passTime(30_000);
    expect(beats).toHaveLength(15);
  });

  it.each<[string, Passing]>([
    ['another step of the node', { ...drain, activity: 'cordonNode' }],
    ['the step of another node', { ...drain, workflowId: 'run/prox-ops/3/1/k8s-work-2/1' }],
    ['the worker’s heartbeat for the step', { ...drain, kind: 'heartbeat' }],
    ['the end of the step', { ...drain, kind: 'answered' }],
  ])('is not held at %s', async (_what, passing) => {
    holds.at(point);
    expect(await holds.guard(passing, 'a token')).toBe('on');
  });

  it('is held once: later activities pass', async () => {
    const hold = holds.at(point);
    hold.release();
    expect(await holds.guard(drain, 'a token')).toBe('on');
  });

  it('is held although its heartbeats do not reach Temporal', async () => {
    const deaf = new Holds(() => Promise.reject(new Error('unavailable')));
    const hold = deaf.at(point);
    const fate = deaf.guard(drain, 'a token');
    await passTime(5_000);
    expect(await sofar(fate)).toBe('held');
    hold.release();
    expect(await fate).toBe('on');
  });

  it('continues with all others once all are released', async () => {
    const fates = ['k8s-work-1', 'k8s-work-2'].map((node) => {
      holds.at({ ...point, node });
      return holds.guard({ ...drain, workflowId: `run/prox-ops/3/1/${node}/1` }, node);
    });
    holds.releaseAll();
    expect(await Promise.all(fates)).toEqual(['on', 'on']);
  });
});
