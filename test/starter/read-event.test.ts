import { describe, expect, test } from '@jest/globals';
import { readEvent } from '../../src/starter/read-event.js';
import { aComment, after, aPull, aPush, aRepository, before } from './a-starter.js';

const repository = aRepository();
const read = (name: string, payload: unknown) => readEvent(name, payload, repository);
const fork = { ref: 'main', sha: 'd'.repeat(40), repo: { full_name: 'mallory/home-ops' } };

describe('a webhook is read', () => {
  test('as a push to the branch', () => {
    expect(read('push', aPush())).toEqual({
      kind: 'event',
      event: { kind: 'push', branch: 'main', before, after, forced: false, by: 'ada' },
    });
  });

  test('as a merge', () => {
    expect(read('pull_request', aPull())).toEqual({
      kind: 'event',
      event: {
        kind: 'pull-request',
        action: 'merged',
        number: 12,
        title: 'Update Talos to v1.12.6',
        base: { branch: 'main', sha: before },
        head: { repository: 'acme/home-ops', branch: 'renovate/talos', sha: 'c'.repeat(40) },
        mergeCommit: after,
        labels: ['upgrade-pets'],
        by: 'renovate[bot]',
      },
    });
  });

  test.each([
    ['opened', 'opened'],
    ['reopened', 'opened'],
    ['synchronize', 'updated'],
    ['labeled', 'updated'],
    ['unlabeled', 'updated'],
    ['ready_for_review', 'updated'],
    ['closed', 'closed'],
  ])('as a pull request that was %s', (action, expected) => {
    const found = read('pull_request', aPull({ merged: false, merge_commit_sha: after }, { action }));
    expect(found).toMatchObject({ kind: 'event', event: { action: expected } });
    // GitHub's test merge commit is on no branch.
    expect(found).not.toMatchObject({ event: { mergeCommit: expect.anything() } });
  });

  test('as the merge of a fork: somebody who may has read it', () => {
    expect(read('pull_request', aPull({ head: fork }))).toMatchObject({
      kind: 'event',
      event: { action: 'merged', head: { repository: 'mallory/home-ops' } },
    });
  });

  test('as the merge of a fork that is gone', () => {
    expect(read('pull_request', aPull({ head: { ...fork, repo: null } }))).toMatchObject({
      kind: 'event',
      event: { head: { repository: '' } },
    });
  });

  test('as something a person wrote to Slipway', () => {
    expect(read('issue_comment', aComment('/slipway approve 3f2a8c91d0aa'))).toEqual({
      kind: 'event',
      event: { kind: 'comment', number: 12, comment: 99, by: 'ada', body: '/slipway approve 3f2a8c91d0aa' },
    });
  });

  test('whatever else people wrote stays text, and is cut', () => {
    const nasty = `\u0000\u001b[31m@everyone <script>\r\n${'x'.repeat(5_000)}`;
    expect(read('pull_request', aPull({ title: nasty }))).toMatchObject({
      event: { title: expect.stringMatching(/^\[31m@everyone <script> x{1,300}$/) },
    });
    const pair = '😀';
    const found = read('issue_comment', aComment(`/slipway ${'y'.repeat(1_990)}${pair}${pair}`));
    const body = found.kind === 'event' && found.event.kind === 'comment' ? found.event.body : '';
    expect(body).toHaveLength(1_999);
    expect(body).not.toMatch(/\p{Cs}/u);
  });
});

describe('a webhook is left alone', () => {
  test.each<[string, string, unknown]>([
    ['to another branch', 'push', aPush({ ref: 'refs/heads/try' })],
    ['to a tag of that name', 'push', aPush({ ref: 'refs/tags/main' })],
    ['to a branch that ends like it', 'push', aPush({ ref: 'refs/heads/not/main' })],
    ['that deletes the branch', 'push', aPush({ deleted: true, after: '0'.repeat(40) })],
    ['with an after of zeros', 'push', aPush({ after: '0'.repeat(40) })],
    [
      'of a pull request into another branch',
      'pull_request',
      aPull({ base: { ref: 'try', sha: before, repo: { full_name: 'acme/home-ops' } } }),
    ],
    ['of a pull request that was assigned', 'pull_request', aPull({}, { action: 'assigned' })],
    ['of an action nobody knows', 'pull_request', aPull({}, { action: 'constructor' })],
    [
      'of a text that was edited',
      'pull_request',
      aPull({ merged: false }, { action: 'edited', changes: { body: { from: '' } } }),
    ],
    ['of a fork', 'pull_request', aPull({ merged: false, head: fork }, { action: 'opened' })],
    [
      'of a fork that is gone',
      'pull_request',
      aPull({ merged: false, head: { ...fork, repo: null } }, { action: 'synchronize' }),
    ],
    ['of a comment to people', 'issue_comment', aComment('looks good')],
    ['of a comment that quotes', 'issue_comment', aComment('> /slipway approve')],
    ['of a comment that is glued', 'issue_comment', aComment('/slipwayapprove')],
    ['of a comment at an issue', 'issue_comment', aComment('/slipway approve', { issue: { number: 3 } })],
    ['of a comment that was edited', 'issue_comment', aComment('/slipway approve', { action: 'edited' })],
    [
      'of a bot’s comment',
      'issue_comment',
      aComment('', { comment: { id: 1, body: '/slipway approve', user: { login: 'x[bot]', type: 'Bot' } } }),
    ],
    ['of another kind', 'check_suite', aPush()],
    ['of a kind that every object has', 'constructor', aPush()],
  ])('%s', (_, name, payload) => {
    expect(read(name, payload)).toMatchObject({ kind: 'ignored', why: expect.any(String) });
  });
});

describe('a webhook is refused', () => {
  test.each<[string, string, unknown]>([
    ['without a sha', 'push', aPush({ after: undefined })],
    ['with an option for a sha', 'push', aPush({ before: '--output=/etc/passwd' })],
    ['with a sha in capitals', 'push', aPush({ after: 'B'.repeat(40) })],
    ['with a list for a ref', 'push', aPush({ ref: ['refs/heads/main'] })],
    ['without a sender', 'push', aPush({ sender: null })],
    ['of a sender with a line end', 'push', aPush({ sender: { login: 'ada\nroot' } })],
    [
      'with a branch that is an option',
      'pull_request',
      aPull({ head: { ref: '--upload-pack=x', sha: after, repo: null } }),
    ],
    ['of a merge without its commit', 'pull_request', aPull({ merge_commit_sha: null })],
    [
      'of a pull request of elsewhere',
      'pull_request',
      aPull({ base: { ref: 'main', sha: before, repo: { full_name: 'mallory/home-ops' } } }),
    ],
    ['of a number that is none', 'pull_request', aPull({ number: '12; reboot' })],
    ['of another event by this name', 'pull_request', aPush()],
    ['of another event by that name', 'push', aPull()],
    ['that is a list', 'push', []],
    ['that is a number', 'issue_comment', 7],
  ])('%s', (_, name, payload) => {
    expect(read(name, payload)).toMatchObject({ kind: 'unreadable', why: expect.any(String) });
  });
});
