import { z } from 'zod';
import { appIn, installationShape } from './installations.js';
import { GitHostRefusal } from './refusal.js';
import { numberIn, read, type OtherRoutes } from './route.js';
import { appShape, timeOf, userShape } from './shapes.js';

/** A token for part of the installation is not simulated. */
const Whole = z.strictObject({});

/** Profile fields of a person: empty here. */
const NOTHING_MORE = {
  ...Object.fromEntries(
    ['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio'].map((field) => [field, null]),
  ),
  ...Object.fromEntries(
    ['public_repos', 'public_gists', 'followers', 'following'].map((field) => [field, 0]),
  ),
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};

/** Routes outside of a repository: https://docs.github.com/en/rest/apps/apps */
export const otherRoutes: OtherRoutes = {
  'GET /user': ({ gitHost, caller }) => {
    if (caller.kind === 'person') return { body: { ...userShape(gitHost, caller.account), ...NOTHING_MORE } };
    if (caller.kind === 'nobody') throw new GitHostRefusal(401, 'Requires authentication');
    throw new GitHostRefusal(403, 'Resource not accessible by integration');
  },
  'GET /app': (asked) => ({ body: appShape(asked.gitHost, appIn(asked)) }),
  'GET /app/installations': (asked) => ({ list: [installationShape(asked.gitHost, appIn(asked))] }),
  'GET /app/installations/:id': (asked) => {
    const app = appIn(asked);
    if (numberIn(asked, 'id') !== app.installation) throw new GitHostRefusal(404, 'Not Found');
    return { body: installationShape(asked.gitHost, app) };
  },
  'POST /app/installations/:id/access_tokens': (asked) => {
    const app = appIn(asked);
    read(Whole, asked.body);
    const { token, expires } = asked.gitHost.accounts.installationToken(app, numberIn(asked, 'id'));
    return {
      status: 201,
      body: {
        token,
        expires_at: timeOf(expires),
        permissions: { metadata: 'read', ...app.permissions },
        repository_selection: 'selected',
      },
    };
  },
};
