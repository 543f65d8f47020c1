import { describe, expect, it } from '@jest/globals';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, now } from '../a-cluster.js';

const well = aCluster();
const planned = planUpgrade(well.planInput());
const estimate = planned.verdict === 'planned' ? planned.plan.estimate : 0;
const certificateThatLasts = (ms: number) => ({
  which: 'talosconfig (admin)',
  until: new Date(Date.parse(now) + ms),
});

describe('a client certificate', () => {
  it('that lasts as long as the run changes nothing of its plan', () => {
    expect(estimate).toBeGreaterThan(0);
    expect(planUpgrade(well.planInput({ certificates: [certificateThatLasts(estimate)] }))).toEqual(planned);
  });

  it('that ends before the run would is refused, with both times', () => {
    const certificates = [
      certificateThatLasts(estimate - 1),
      { ...certificateThatLasts(estimate), which: 'kubeconfig' },
    ];
    expect(planUpgrade(well.planInput({ certificates }))).toEqual({
      verdict: 'refused',
      reasons: [
        {
          kind: 'certificate-expires',
          which: 'talosconfig (admin)',
          at: certificates[0]?.until.toISOString(),
          neededUntil: new Date(Date.parse(now) + estimate).toISOString(),
        },
      ],
    });
  });

  it('that has ended comes before whatever else forbids the plan', () => {
    const input = well.planInput({ request: { talos: 'v1.12.9' }, certificates: [certificateThatLasts(-1)] });
    const other = planUpgrade({ ...input, certificates: [] });
    const answer = planUpgrade(input);
    expect(other.verdict).toBe('refused');
    expect(answer.verdict === 'refused' && answer.reasons.map(({ kind }) => kind)).toEqual([
      'certificate-expires',
      ...(other.verdict === 'refused' ? other.reasons.map(({ kind }) => kind) : []),
    ]);
  });
});
