import { describe, expect, test } from '@jest/globals';
import { controlPlaneComponentsGate } from '../../../src/planning/gates/control-plane-components-gate.js';
import { aCluster, unreachable } from '../a-cluster.js';

const well = aCluster();

describe('the gate of control-plane components', () => {
  test('is open when each of the three is ready on each control plane', () => {
    expect(controlPlaneComponentsGate(well.observation)).toEqual({ verdict: 'open', note: '9 of 9 ready' });
  });

  test.each(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])(
    'is closed when %s is not ready, or not there',
    (component) => {
      const reason = { kind: 'component-not-ready', component, node: 'ctrl-2' };
      const isIt = (pod: { component: string; node: string }): boolean =>
        pod.component === component && pod.node === 'ctrl-2';
      const ill = well.withWorkloads((seen) => ({
        ...seen,
        controlPlane: seen.controlPlane.map((pod) => (isIt(pod) ? { ...pod, ready: false } : pod)),
      }));
      const gone = well.withWorkloads((seen) => ({
        ...seen,
        controlPlane: seen.controlPlane.filter((pod) => !isIt(pod)),
      }));
      expect(controlPlaneComponentsGate(ill.observation)).toEqual({ verdict: 'closed', reason });
      expect(controlPlaneComponentsGate(gone.observation)).toEqual({ verdict: 'closed', reason });
    },
  );

  test('is closed when Kubernetes does not answer', () => {
    const verdict = controlPlaneComponentsGate(well.seeing({ workloads: unreachable('503') }).observation);
    expect(verdict).toMatchObject({
      verdict: 'closed',
      reason: { kind: 'kubernetes-unreachable', why: '503' },
    });
  });
});
