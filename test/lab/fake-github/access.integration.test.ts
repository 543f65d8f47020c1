import { createSign } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import type { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InstalledApp } from '../../../lab/fake-github/fake-github.js';
import type { AppPermissions } from '../../../lab/fake-github/permissions.js';
import {
  HOME_OPS,
  aFakeGitHub,
  aPull,
  octokit,
  octokitOfApp,
  refusal,
  type TestGitHub,
} from './a-fake-github.js';

const MINUTE_MS = 60_000;

describe('permissions on the lab’s GitHub', () => {
  let test: TestGitHub;
  let ahead: number;
  beforeEach(async () => {
    ahead = 0;
    test = await aFakeGitHub({ now: () => new Date(Date.now() + ahead) });
  });
  afterEach(() => test.end());

  const anApp = (permissions: AppPermissions): InstalledApp =>
    test.gitHost.app('slipway', permissions, [test.repository]);
  const as = (app: InstalledApp): Octokit => octokitOfApp(test.gitHost, app);

  it('gives an installation a token for an hour, with the real auth-app', async () => {
    const app = anApp({ contents: 'read', pull_requests: 'read' });
    const { data } = await as(app).rest.apps.getRepoInstallation(HOME_OPS);
    expect(data).toMatchObject({ id: app.installation, app_id: app.id });
    expect((await as(app).rest.pulls.list(HOME_OPS)).data).toEqual([]);
    const auth = createAppAuth({
      appId: app.id,
      privateKey: app.key,
      request: octokit(test.gitHost).request,
    });
    const { token } = await auth({ type: 'installation', installationId: app.installation });
    const api = octokit(test.gitHost, token);
    expect((await api.rest.pulls.list(HOME_OPS)).status).toBe(200);
    ahead = 61 * MINUTE_MS;
    expect(await refusal(api.rest.pulls.list(HOME_OPS))).toMatchObject({
      status: 401,
      message: 'Bad credentials',
    });
  });

  it('gives an app its permissions, in the repositories of its installation', async () => {
    const api = as(anApp({ pull_requests: 'read' }));
    const other = await test.gitHost.createRepository('acme/other');
    const label = api.rest.issues.addLabels({ ...HOME_OPS, issue_number: 1, labels: ['x'] });
    expect(await refusal(label)).toMatchObject({
      status: 403,
      message: 'Resource not accessible by integration',
    });
    expect(await refusal(api.rest.pulls.list({ owner: 'acme', repo: 'other' }))).toMatchObject({
      status: 404,
    });
    expect(other.private).toBe(true);
  });

  it('writes comments as the app’s bot', async () => {
    const app = anApp({ issues: 'write' });
    await aPull(test);
    const { data } = await as(app).rest.issues.createComment({ ...HOME_OPS, issue_number: 1, body: 'x' });
    expect(data).toMatchObject({
      user: { login: 'slipway[bot]', type: 'Bot' },
      performed_via_github_app: { slug: 'slipway' },
    });
  });

  /** A JSON web token that auth-app would not create. */
  const jwt = (app: InstalledApp, claims: object, key = app.key): string => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${createSign('sha256').update(signed).sign(key, 'base64url')}`;
  };

  it.each<[string, (app: InstalledApp, now: number) => string, string]>([
    [
      'lives too long',
      (app, now) => jwt(app, { iat: now - 60, exp: now + 700, iss: app.id }),
      'too far in the future',
    ],
    [
      'has expired',
      (app, now) => jwt(app, { iat: now - 700, exp: now - 60, iss: app.id }),
      'Expiration time',
    ],
    [
      'is from the future',
      (app, now) => jwt(app, { iat: now + 100, exp: now + 200, iss: app.id }),
      'Issued at',
    ],
    [
      'is nobody’s',
      (app, now) => jwt(app, { iat: now - 60, exp: now + 60, iss: 1 }),
      'Integration not found',
    ],
    [
      'is signed with another key',
      (app, now) =>
        jwt(app, { iat: now - 60, exp: now + 60, iss: app.id }, test.gitHost.app('other', {}, []).key),
      'could not be decoded',
    ],
    ['is none', () => 'a.b.c', 'could not be decoded'],
  ])('takes no token of an app that %s', async (_what, token, message) => {
    const app = anApp({});
    const api = octokit(test.gitHost);
    const asked = api.request('GET /app', {
      headers: { authorization: `Bearer ${token(app, Math.floor(Date.now() / 1000))}` },
    });
    expect(await refusal(asked)).toMatchObject({ status: 401, message: expect.stringContaining(message) });
  });

  it('shows a person’s permission to users with write access', async () => {
    const roles = {
      reader: 'read',
      triager: 'triage',
      writer: 'write',
      keeper: 'maintain',
      admin: 'admin',
    } as const;
    for (const [login, role] of Object.entries(roles)) test.gitHost.person(login, { 'acme/home-ops': role });
    test.gitHost.person('unmanaged');
    const api = octokit(test.gitHost, test.carol.token);
    const asked = async (username: string) =>
      (await api.rest.repos.getCollaboratorPermissionLevel({ ...HOME_OPS, username })).data;
    const told = await Promise.all([...Object.keys(roles), 'unmanaged'].map(asked));
    expect(told.map(({ permission, role_name }) => `${permission} ${role_name}`)).toEqual([
      'read read',
      'read triage',
      'write write',
      'write maintain',
      'admin admin',
      'none none',
    ]);
    expect(await refusal(asked('nobody'))).toMatchObject({ status: 404 });
    const reader = octokit(test.gitHost, test.gitHost.person('reader').token);
    const byReader = reader.rest.repos.getCollaboratorPermissionLevel({ ...HOME_OPS, username: 'admin' });
    expect(await refusal(byReader)).toMatchObject({ status: 403 });
  });

  it('shows a public repository to everybody, who may change nothing', async () => {
    await test.gitHost.createRepository('acme/public', { private: false });
    const [here, api] = [{ owner: 'acme', repo: 'public' }, octokit(test.gitHost)];
    expect((await api.rest.pulls.list(here)).data).toEqual([]);
    const write = api.rest.issues.createComment({ ...here, issue_number: 1, body: 'x' });
    expect(await refusal(write)).toMatchObject({ status: 401 });
  });

  it('rejects requests that it does not simulate', async () => {
    const api = octokit(test.gitHost, test.carol.token);
    expect(await refusal(api.rest.gists.list())).toMatchObject({
      status: 404,
      message: expect.stringContaining('does not simulate GET /gists'),
    });
    expect(() => test.gitHost.repository('acme/none')).toThrow('There is no repository acme/none');
  });
});
