import { describe, expect, it } from '@jest/globals';
import { apiChange } from '../../../lab/watcher/sources/audit-log.js';

/** An audit event as kube-apiserver writes it. */
function audited(more: object): object {
  return {
    kind: 'Event',
    stage: 'ResponseComplete',
    verb: 'patch',
    user: { username: 'slipway' },
    objectRef: { resource: 'nodes', name: 'k8s-ctrl-1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-03-01T12:00:00.123456Z',
    ...more,
  };
}

const pod = (verb: string, subresource?: string) => ({
  verb,
  objectRef: { resource: 'pods', namespace: 'web', name: 'web-1', ...(subresource ? { subresource } : {}) },
});

describe('a line of the audit log', () => {
  it.each([
    [
      'a JSON patch that cordons and marks',
      [
        { op: 'test', path: '/metadata/resourceVersion', value: '7' },
        { op: 'add', path: '/spec/unschedulable', value: true },
        { op: 'add', path: '/metadata/annotations/slipway.dev~1cordoned-by', value: 'run/a/1' },
      ],
      { unschedulable: true, marks: { 'slipway.dev/cordoned-by': 'run/a/1' } },
    ],
    [
      'a JSON patch that uncordons and takes a mark away',
      [
        { op: 'remove', path: '/spec/unschedulable' },
        { op: 'remove', path: '/metadata/annotations/slipway.dev~1run' },
      ],
      { unschedulable: false, marks: { 'slipway.dev/run': null } },
    ],
    [
      'a JSON patch that makes the annotations',
      [{ op: 'add', path: '/metadata/annotations', value: { 'slipway.dev/run': 'run/a/1', other: 'x' } }],
      { marks: { 'slipway.dev/run': 'run/a/1' } },
    ],
    ['the cordon of kubectl', { spec: { unschedulable: true } }, { unschedulable: true }],
    ['the uncordon of kubectl', { spec: { unschedulable: null } }, { unschedulable: false }],
    ['a patch of something else', { metadata: { labels: { a: 'b' } } }, {}],
  ])('understands %s', (_title, requestObject, expected) => {
    const { unschedulable, marks } = apiChange(audited({ requestObject })) ?? {};
    expect({ unschedulable, marks }).toEqual({ unschedulable: undefined, marks: undefined, ...expected });
  });

  it('takes a whole Node without the field as uncordoned', () => {
    expect(
      apiChange(audited({ verb: 'update', requestObject: { spec: { podCIDR: '10.244.0.0/24' } } })),
    ).toMatchObject({
      unschedulable: false,
    });
  });

  it('keeps who asked, what the answer was, and when it came', () => {
    const refused = audited({ ...pod('create', 'eviction'), responseStatus: { code: 429 } });
    expect(apiChange(refused)).toEqual({
      at: Date.parse('2026-03-01T12:00:00.123Z'),
      user: 'slipway',
      verb: 'create',
      resource: 'pods',
      subresource: 'eviction',
      namespace: 'web',
      name: 'web-1',
      code: 429,
    });
  });

  it.each([
    ['deletes a pod', pod('delete'), true],
    ['deletes many pods', pod('deletecollection'), true],
    ['makes a pod', pod('create'), true],
    ['binds a pod', pod('create', 'binding'), false],
    [
      'reports the status of a Node',
      { objectRef: { resource: 'nodes', name: 'a', subresource: 'status' } },
      false,
    ],
    ['is not answered yet', { stage: 'RequestReceived' }, false],
  ])('%s: of interest or not', (_title, more, kept) => {
    expect(apiChange(audited(more)) !== undefined).toBe(kept);
  });

  it('refuses what is no audit event', () => {
    expect(() => apiChange({ hello: 'world' })).toThrow('no audit event');
  });
});
