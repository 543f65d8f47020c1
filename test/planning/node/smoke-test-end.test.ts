import { describe, expect, test } from '@jest/globals';
import type { V1ContainerState, V1PodStatus } from '@kubernetes/client-node';
import { probeLook } from '../../../src/planning/node/smoke-test-end.js';

const startedAt = new Date('2026-11-21T14:32:00Z');

function look(state: V1ContainerState | undefined, more: Partial<V1PodStatus> = {}) {
  const base = { name: 'probe', image: 'i', imageID: '', ready: false, restartCount: 0 };
  return probeLook({ status: { containerStatuses: state ? [{ ...base, state }] : [], ...more } });
}

const deadline = {
  phase: 'Failed',
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

describe('the Pod of a smoke test', () => {
  test.each<[string, ReturnType<typeof look>, object]>([
    [
      'was not taken',
      look(undefined),
      { kind: 'waiting', started: false, why: 'its kubelet has not taken it yet' },
    ],
    [
      'begins',
      look({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' }),
      { kind: 'waiting', started: false, why: 'ContainerCreating' },
    ],
    [
      'has no image',
      look({ waiting: { reason: 'ImagePullBackOff', message: 'no such\nhost' } }, { phase: 'Pending' }),
      {
        kind: 'waiting',
        started: false,
        why: 'ImagePullBackOff: no such host',
        said: 'ImagePullBackOff: no such host',
      },
    ],
    [
      'runs',
      look({ running: { startedAt } }, { phase: 'Running' }),
      { kind: 'waiting', started: true, why: 'it runs' },
    ],
    [
      'ended well',
      look({ terminated: { exitCode: 0, startedAt } }, { phase: 'Succeeded' }),
      { kind: 'succeeded' },
    ],
    [
      'ended badly',
      look(
        { terminated: { exitCode: 9, reason: 'Error', message: 'no\n driver ', startedAt } },
        { phase: 'Failed' },
      ),
      { kind: 'failed', started: true, why: 'exit code 9', tail: 'no driver' },
    ],
    [
      'was killed for its memory',
      look({ terminated: { exitCode: 137, reason: 'OOMKilled', startedAt } }, { phase: 'Failed' }),
      { kind: 'failed', started: true, why: 'exit code 137 (OOMKilled)' },
    ],
    [
      'was refused by its kubelet',
      look(undefined, {
        phase: 'Failed',
        reason: 'OutOfnvidia.com/gpu',
        message: 'Pod was rejected: used: 1',
      }),
      { kind: 'failed', started: false, why: 'OutOfnvidia.com/gpu: Pod was rejected: used: 1' },
    ],
    [
      'was late',
      look({ terminated: { exitCode: 137, reason: 'Error', startedAt } }, deadline),
      { kind: 'failed', started: true, why: `DeadlineExceeded: ${deadline.message}` },
    ],
    [
      'was late before it ran',
      look({ terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } }, deadline),
      { kind: 'failed', started: false, why: `DeadlineExceeded: ${deadline.message}` },
    ],
  ])('%s', (_what, seen, expected) => expect(seen).toEqual(expected));

  test('shows the end of what it wrote, and no more of it than fits a sentence', () => {
    const message = `${'x'.repeat(4000)} the reason`;
    const seen = look({ terminated: { exitCode: 1, message, startedAt } }, { phase: 'Failed' });
    expect(seen).toMatchObject({ tail: expect.stringMatching(/^… x+ the reason$/) });
    expect(JSON.stringify(seen).length).toBeLessThan(450);
  });
});
