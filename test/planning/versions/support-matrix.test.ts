import { describe, expect, test } from '@jest/globals';
import { knownTalosMinors, kubernetesRange } from '../../../src/planning/versions/support-matrix.js';
import { flowOf, highestMinor } from '../../../src/planning/versions/upgrade-flow.js';
import { isMinorBetween, nextMinor } from '../../../src/planning/versions/versions.js';

describe('the support matrix', () => {
  test.each([
    ['v1.9.5', '1.27', '1.32'],
    ['v1.10.8', '1.28', '1.33'],
    ['v1.11.3', '1.29', '1.34'],
    ['v1.12.6', '1.30', '1.35'],
    ['v1.13.9', '1.31', '1.36'],
    ['v1.14.0-rc.1', '1.33', '1.37'],
  ])('Talos %s supports Kubernetes %s to %s', (talos, lowest, highest) => {
    expect(kubernetesRange(talos)).toEqual({ lowest, highest });
  });

  test.each(['v1.8.9', 'v1.99.0', 'v2.12.0'])('says nothing of Talos %s', (talos) =>
    expect(kubernetesRange(talos)).toBeUndefined(),
  );

  test('lets neighbouring minors overlap, so that Talos and Kubernetes can move one after the other', () => {
    for (const [index, minor] of knownTalosMinors.entries()) {
      const here = kubernetesRange(`v${minor}.0`);
      const next = kubernetesRange(`v${knownTalosMinors[index + 1] ?? minor}.0`);
      if (!here || !next) throw new Error(`${minor} has no row`);
      expect(isMinorBetween(here.highest, next.lowest, next.highest)).toBe(true);
    }
  });
});

describe('the flow of an upgrade', () => {
  test.each([
    ['v1.8.9', undefined],
    ['v1.9.0', 'legacy'],
    ['v1.10.8', 'legacy'],
    ['v1.12.9', 'legacy'],
    ['v1.13.0-rc.1', 'lifecycle'],
    ['v1.13.0', 'lifecycle'],
    ['v1.13.9', 'lifecycle'],
    ['v1.14.0', undefined],
    ['v2.12.0', undefined],
  ])('of a node that runs %s is %s', (from, flow) => expect(flowOf(from)).toBe(flow));

  test('is known up to the minor that refusals name', () => {
    expect(flowOf(`v${highestMinor}.0`)).toBeDefined();
    expect(flowOf(`v${nextMinor(`v${highestMinor}.0`)}.0`)).toBeUndefined();
  });
});
