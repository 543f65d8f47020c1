import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from '@octokit/rest';
import { COMMENT_CHARACTERS_MOST } from '../../../lab/fake-github/comments.js';
import { HOME_OPS, aFakeGitHub, aPull, octokit, refusal, type TestGitHub } from './a-fake-github.js';

const ISSUE = { ...HOME_OPS, issue_number: 1 };

describe('comments of the lab’s GitHub', () => {
  let test: TestGitHub;
  let api: Octokit;
  beforeEach(async () => {
    test = await aFakeGitHub();
    await aPull(test);
    api = octokit(test.gitHost, test.carol.token);
  });
  afterEach(() => test.end());

  const write = async (body: string) => (await api.rest.issues.createComment({ ...ISSUE, body })).data;

  it('are listed a page at a time, oldest first', async () => {
    for (let number = 1; number <= 5; number += 1) await write(`comment ${number}`);
    const first = await api.rest.issues.listComments({ ...ISSUE, per_page: 2 });
    expect(first.headers.link).toContain('page=2>; rel="next"');
    expect(first.headers.link).toContain('page=3>; rel="last"');
    const all = await api.paginate(api.rest.issues.listComments, { ...ISSUE, per_page: 2 });
    expect(all.map(({ body }) => body)).toEqual([1, 2, 3, 4, 5].map((number) => `comment ${number}`));
    const { data: page } = await api.rest.issues.listComments({ ...ISSUE, per_page: 2, page: 3 });
    expect(page).toHaveLength(1);
    const { data: newest } = await api.rest.issues.listCommentsForRepo({
      ...HOME_OPS,
      sort: 'created',
      direction: 'desc',
      per_page: 1,
    });
    expect(newest.map(({ body }) => body)).toEqual(['comment 5']);
  });

  it('can be edited by their author or a user with write access, and by nobody else', async () => {
    const { id } = await write('<!-- slipway --> first');
    const reader = octokit(test.gitHost, test.gitHost.person('reader', { 'acme/home-ops': 'read' }).token);
    const change = { ...HOME_OPS, comment_id: id, body: 'changed' };
    expect(await refusal(reader.rest.issues.updateComment(change))).toMatchObject({ status: 403 });
    const { data: own } = await reader.rest.issues.createComment({ ...ISSUE, body: '/slipway approve' });
    expect(own.author_association).toBe('COLLABORATOR');
    await reader.rest.issues.updateComment({ ...HOME_OPS, comment_id: own.id, body: 'never mind' });
    await api.rest.issues.updateComment(change);
    expect((await api.rest.issues.getComment({ ...HOME_OPS, comment_id: id })).data.body).toBe('changed');
    await api.rest.issues.deleteComment({ ...HOME_OPS, comment_id: id });
    expect(await refusal(api.rest.issues.getComment({ ...HOME_OPS, comment_id: id }))).toMatchObject({
      status: 404,
    });
  });

  it('keep their text unchanged, up to GitHub’s length', async () => {
    const body = '# <img src=x onerror=alert(1)> @all `code` \u0000?\u202E\r\n[x](javascript:x) 🎉';
    expect((await write(body)).body).toBe(body);
    expect((await write('ö'.repeat(COMMENT_CHARACTERS_MOST))).body).toHaveLength(COMMENT_CHARACTERS_MOST);
    const tooLong = await refusal(write('x'.repeat(COMMENT_CHARACTERS_MOST + 1)));
    expect(tooLong).toMatchObject({ status: 422, errors: [{ field: 'body' }] });
    expect(await refusal(write(' \n'))).toMatchObject({ status: 422, errors: [{ code: 'missing_field' }] });
  });

  it('need a pull request, and somebody who may see it', async () => {
    const nowhere = api.rest.issues.createComment({ ...HOME_OPS, issue_number: 99, body: 'x' });
    expect(await refusal(nowhere)).toMatchObject({ status: 404 });
    const stranger = octokit(test.gitHost, test.gitHost.person('unmanaged').token);
    expect(await refusal(stranger.rest.issues.createComment({ ...ISSUE, body: 'x' }))).toMatchObject({
      status: 404,
    });
    expect(await refusal(octokit(test.gitHost).rest.issues.listComments(ISSUE))).toMatchObject({
      status: 404,
    });
  });
});
