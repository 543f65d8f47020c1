import { describe, expect, test } from '@jest/globals';
import type { Origin, UpgradeRequest } from '../../../src/planning/plan/plan.js';
import { declaredStill, revertCommand, stillDeclared } from '../../../src/planning/merge/revert.js';
import type { RepositorySettings } from '../../../src/starter/settings.js';

const commit = '4f1c9d2b7a6e5f00112233445566778899aabbcc';
const origin: Origin = { repository: 'acme/home-ops', commit, pullRequest: 12, delivery: 'd' };
const at = (api: string): Origin => ({ ...origin, gitHost: { api } as RepositorySettings });
const request = (more: Partial<UpgradeRequest>): UpgradeRequest => ({
  schema: 1,
  cluster: 'prox-ops',
  talos: 'v1.12.6',
  declared: true,
  requestedBy: 'ada',
  requestedAt: '2026-11-21T12:00:00.000Z',
  ...more,
});
const line = (more: Partial<UpgradeRequest>): string | undefined => {
  const still = stillDeclared(request(more));
  return still && revertCommand(still);
};
const reverts =
  'git revert 4f1c9d2b7a6e  # git still declares Talos v1.12.6: reverts that there; of a merge commit: git revert -m 1 4f1c9d2b7a6e';

describe('what rolls back in git what it declares', () => {
  test.each<[string, Partial<UpgradeRequest>, string | undefined]>([
    [
      'a merge',
      { commit: 'b'.repeat(40), origin: { repository: 'acme/home-ops', commit, delivery: 'd' } },
      reverts,
    ],
    ['a pull request', { origin }, `${reverts}; or press Revert at pull request 12 of acme/home-ops`],
    [
      'a pull request at GitHub',
      { origin: at('https://api.github.com') },
      `${reverts}; or press Revert at https://github.com/acme/home-ops/pull/12`,
    ],
    [
      'a pull request at another server',
      { origin: at('https://git.acme.lan/api/v3') },
      `${reverts}; or press Revert at https://git.acme.lan/acme/home-ops/pull/12`,
    ],
    [
      'a checkout, whose commit may be about something else',
      { commit },
      'git log --oneline -S v1.12.6 4f1c9d2b7a6e  # git still declares Talos v1.12.6: names the commit; git revert COMMIT reverts it ' +
        'there, of a merge commit: git revert -m 1 COMMIT',
    ],
    ['no git', {}, undefined],
    ['what git does not declare', { commit, declared: false }, undefined],
    ['a rollback, of what it rolls back', { commit, declared: false, back: back(origin) }, reverts],
    ['a rollback of an undeclared version', { commit, back: back() }, undefined],
  ])('after %s', (_, more, expected) => {
    expect(line(more)).toBe(expected);
  });

  test.each([
    ['halted', true, true],
    ['aborted', true, true],
    ['incomplete', false, true],
    ['terminated', true, true],
    ['done', false, true],
    ['nothing-to-do', false, false],
    ['refused', false, false],
  ])('is said where a run ended %s: %s; a rollback: %s', (outcome, forward, rollbackValues) => {
    expect(declaredStill(request({ origin }), outcome) !== undefined).toBe(forward);
    expect(declaredStill(request({ back: back(origin) }), outcome) !== undefined).toBe(rollbackValues);
  });
});

function back(merged?: Origin): NonNullable<UpgradeRequest['back']> {
  const still = { talos: 'v1.12.6', commit, came: 'merged' } as const;
  return {
    run: 7,
    why: 'it loses packets',
    nodes: [],
    target: 'v1.12.6',
    ...(merged ? { declared: still } : {}),
  };
}
