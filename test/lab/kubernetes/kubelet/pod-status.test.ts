import { describe, expect, it } from '@jest/globals';
import {
  endedStatus,
  overdueStatus,
  podStatus,
  refusedStatus,
  runContainers,
  showsRun,
  type PodRun,
  type WirePod,
} from '../../../../lab/kubernetes/kubelet/pod-status.js';

const pod: WirePod = {
  metadata: { name: 'web-1', namespace: 'default', generation: 1 },
  spec: { containers: [{ name: 'nginx', image: 'docker.io/library/nginx:1.29.4' }] },
  status: { phase: 'Pending' },
};
const now = new Date('2026-01-01T10:00:00Z');
const run = (stage: PodRun['stage'], of: WirePod = pod): PodRun => ({
  stage,
  containers: stage === 'creating' ? new Map() : runContainers(of, now),
  hostIp: '10.20.67.4',
  podIp: '10.244.4.2',
});
/** The pod in the API after its status was patched. */
const shown = (of: PodRun): WirePod => ({ ...pod, status: podStatus(pod, of, now) });

describe('the status of a simulated pod', () => {
  it.each([
    ['creating', 'Pending', 'False', 'waiting'],
    ['running', 'Running', 'False', 'running'],
    ['ready', 'Running', 'True', 'running'],
    ['stopped', 'Running', 'False', 'terminated'],
  ] as const)('%s: phase %s, Ready %s, container %s', (stage, phase, ready, container) => {
    const status = podStatus(pod, run(stage), now);
    expect(status.phase).toBe(phase);
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe(ready);
    expect(Object.keys(status.containerStatuses?.[0]?.state ?? {})).toEqual([container]);
  });

  it('counts a restart for containers that ran before the boot, and remembers them', () => {
    const first = run('ready');
    const again = runContainers(shown(first), new Date('2026-01-01T11:00:00Z')).get('nginx');
    expect(again).toMatchObject({ restarts: 1, before: { id: first.containers.get('nginx')?.id } });
    expect(again?.id).not.toBe(first.containers.get('nginx')?.id);
  });

  it('replaces its addresses: those of the last boot would otherwise stay in the merged list', () => {
    expect(podStatus(pod, run('running'), now).podIPs).toEqual([
      { $patch: 'replace', ip: '' },
      { ip: '10.244.4.2' },
    ]);
  });

  it('has failed where the kubelet would not run it', () => {
    const refusal = { reason: 'UnexpectedAdmissionError', message: 'no card' };
    expect(refusedStatus(pod, run('creating'), refusal, now)).toMatchObject({
      phase: 'Failed',
      reason: 'UnexpectedAdmissionError',
      message: 'Pod was rejected: no card',
    });
  });

  it.each([
    ['well', 0, 'Succeeded', { exitCode: 0, reason: 'Completed' }],
    ['badly', 9, 'Failed', { exitCode: 9, reason: 'Error', message: 'no driver' }],
  ])('is over when its container ended %s', (_how, exitCode, phase, terminated) => {
    const [container] = pod.spec?.containers ?? [];
    if (!container) throw new Error('the pod has no container');
    const asked = {
      ...pod,
      spec: { containers: [{ ...container, terminationMessagePolicy: 'FallbackToLogsOnError' }] },
    };
    const status = endedStatus(asked, run('running'), { seconds: 1, exitCode, output: 'no driver' }, now);
    expect(status.phase).toBe(phase);
    expect(status.containerStatuses?.[0]?.state).toEqual({ terminated: expect.objectContaining(terminated) });
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
  });

  it('keeps what a container wrote to itself where its pod does not ask for it', () => {
    const status = endedStatus(pod, run('running'), { seconds: 1, exitCode: 1, output: 'secret' }, now);
    expect(JSON.stringify(status)).not.toContain('secret');
  });

  it('has failed by its deadline, whether its container ran or not', () => {
    const started = (of: PodRun) =>
      overdueStatus(pod, of, now).containerStatuses?.[0]?.state?.terminated?.startedAt;
    expect(overdueStatus(pod, run('running'), now)).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
    });
    expect(started(run('running'))).toBe('2026-01-01T10:00:00Z');
    expect(started(run('creating'))).toBeNull();
  });

  it('is sent again when the API shows something else', () => {
    const [running, ready] = [run('running'), run('ready')];
    expect(showsRun(shown(ready), ready)).toBe(true);
    expect(showsRun(shown(running), { ...running, stage: 'ready' })).toBe(false);
    expect(showsRun(shown(ready), run('ready'))).toBe(false); // containers of another boot
  });
});
