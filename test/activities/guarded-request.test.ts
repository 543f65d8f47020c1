import type { V1Node } from '@kubernetes/client-node';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  endOfRequest,
  requireTime,
  writeIntent,
  type GuardedRequest,
  type Looked,
} from '../../src/activities/guarded-request.js';
import { PatchRefused, type JsonPatchOperation } from '../../src/tools/kubernetes-api.js';
import { markAnnotations, nodeObject } from '../../src/tools/kubernetes-observation.js';
import { plannedNode } from '../planning/a-planned-node.js';

const run = 'run/prox-ops/7';
const mine = 'upgrade/work-1/2';
const intent = `${mine} v1.12.6 boot-1 schematic attempt-b`;
const request: Pick<GuardedRequest, 'node' | 'mark' | 'intent' | 'isMine' | 'cluster' | 'run'> = {
  cluster: 'prox-ops',
  run: 7,
  node: plannedNode('work-1'),
  mark: 'install',
  intent,
  isMine: (mark) => mark?.split(' ')[0] === mine,
};

let node: V1Node;
let patches: (readonly JsonPatchOperation[])[];

function aNode(more: { marks?: object; cordoned?: boolean; bootId?: string } = {}): V1Node {
  const { marks = {}, cordoned = true, bootId = 'boot-1' } = more;
  const annotations = {
    ...(cordoned ? { [markAnnotations.run]: run, [markAnnotations.cordonedBy]: run } : {}),
    ...marks,
  };
  return {
    metadata: { name: 'work-1', resourceVersion: '41', annotations },
    spec: { unschedulable: cordoned },
    status: { nodeInfo: { bootID: bootId } },
  } as V1Node;
}

beforeEach(() => {
  node = aNode();
  patches = [];
});

/** @param whilePatched somebody else's write of the Node at the same time, once. */
function write(looked: Looked, whilePatched?: V1Node): ReturnType<typeof writeIntent> {
  let other = whilePatched;
  const kubernetes = {
    readNode: () => Promise.resolve(node),
    patchNode: (_name: string, patch: readonly JsonPatchOperation[]) => {
      if (other) {
        [node, other] = [other, undefined];
        return Promise.reject(new PatchRefused('the test failed'));
      }
      patches.push(patch);
      return Promise.resolve(node);
    },
  };
  const access = { kubernetes } as unknown as Parameters<typeof writeIntent>[0];
  return writeIntent(access, { signal: new AbortController().signal }, request, looked);
}

const looked: Looked = { object: nodeObject(aNode()), before: undefined };
const install = (text: string): object => ({ [markAnnotations.install]: text });

describe('the intent is written to the Node that was observed', () => {
  test('where nothing changed since, and tested against that very version', async () => {
    expect(await write(looked)).toBe('written');
    expect(patches).toHaveLength(1);
    expect(patches[0]?.[0]).toEqual({ op: 'test', path: '/metadata/resourceVersion', value: '41' });
    const [, set] = patches[0] ?? [];
    expect(set).toMatchObject({ op: 'add', value: expect.stringMatching(`^${intent} \\d{4}-.*Z$`) });
  });

  test('over what an earlier workflow left', async () => {
    const left = 'upgrade/work-1/1 v1.12.6 boot-1 schematic attempt-z';
    node = aNode({ marks: install(left) });
    expect(await write({ object: nodeObject(node), before: left })).toBe('written');
    expect(patches).toHaveLength(1);
  });

  test('and is there already where its answer was lost', async () => {
    node = aNode({ marks: install(`${intent} 2026-11-24T11:00:00.000Z`) });
    expect(await write(looked)).toBe('written');
    expect(patches).toEqual([]);
  });
});

describe('nothing is written, and nothing sent, by an outdated attempt', () => {
  test.each<[string, V1Node]>([
    ['the node was returned to service', aNode({ cordoned: false })],
    [
      'another run cordoned it',
      aNode({
        marks: { [markAnnotations.cordonedBy]: 'run/prox-ops/8', [markAnnotations.run]: 'run/prox-ops/8' },
      }),
    ],
    ['it has booted', aNode({ bootId: 'boot-2' })],
    [
      'it was returned to service, with the own intent on it',
      aNode({ cordoned: false, marks: install(`${intent} 2026-11-24T11:00:00.000Z`) }),
    ],
  ])('%s', async (_what, now) => {
    node = now;
    expect(await write(looked)).toBe('changed');
    expect(patches).toEqual([]);
  });

  test('another attempt has written its intent', async () => {
    node = aNode({ marks: install(`${mine} v1.12.6 boot-1 schematic attempt-a`) });
    expect(await write(looked)).toBe('earlier');
    expect(patches).toEqual([]);
  });

  test('a later workflow has', async () => {
    node = aNode({ marks: install('upgrade/work-1/3 v1.12.6 boot-1 schematic attempt-c') });
    await expect(write(looked)).rejects.toMatchObject({
      reason: { kind: 'expectation-broken', what: 'mark of the install', expected: 'none' },
    });
    expect(patches).toEqual([]);
  });

  test('the node is returned to service while the intent is on its way', async () => {
    expect(await write(looked, aNode({ cordoned: false }))).toBe('changed');
    expect(patches).toEqual([]);
  });
});

describe('a request that could be cut in the middle', () => {
  const asked = { node: plannedNode('work-1'), limit: 300_000, requestMs: 300_000 };

  test('is not sent: the end of its attempt is too near', () => {
    expect(() => requireTime({ attemptEnd: Date.now() + 310_000 }, asked)).toThrow(
      expect.objectContaining({ reason: expect.objectContaining({ kind: 'gave-up' }) }),
    );
  });

  test('is sent while all of its own time is left, however little of the step is', () => {
    expect(() => requireTime({ attemptEnd: Date.now() + 330_000 }, asked)).not.toThrow();
  });
});

describe('a request that was sent, and whose answer was lost', () => {
  const unknown = Date.parse('2026-11-24T11:30:00.000Z');

  test('may be at work until its own time is over, counted from when its annotation was written', () => {
    const end = endOfRequest(`${intent} 2026-11-24T11:04:40.000Z`, 300_000, unknown);
    // The request starts up to five seconds after its annotation.
    expect(new Date(end).toISOString()).toBe('2026-11-24T11:09:45.000Z');
  });

  test('may have been sent just before, where its annotation has no time', () => {
    expect(endOfRequest(intent, 300_000, unknown)).toBe(unknown + 300_000);
    expect(endOfRequest(undefined, 300_000, unknown)).toBe(unknown + 300_000);
  });
});
