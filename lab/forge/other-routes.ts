import { z } from 'zod';
import { appIn, installationShape } from './installations.js';
import { ForgeRefusal } from './refusal.js';
import { numberIn, read, type OtherRoutes } from './route.js';
import { appShape, timeOf, userShape } from './shapes.js';

/** A token for less than the whole installation is not simulated. */
const Whole = z.strictObject({});

/** What people say of themselves: here nothing. */
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

/** What belongs to no repository: https://docs.github.com/en/rest/apps/apps */
export const otherRoutes: OtherRoutes = {
  'GET /user': ({ forge, caller }) => {
    if (caller.kind === 'person') return { body: { ...userShape(forge, caller.account), ...NOTHING_MORE } };
    if (caller.kind === 'nobody') throw new ForgeRefusal(401, 'Requires authentication');
    throw new ForgeRefusal(403, 'Resource not accessible by integration');
  },
  'GET /app': (asked) => ({ body: appShape(asked.forge, appIn(asked)) }),
  'GET /app/installations': (asked) => ({ list: [installationShape(asked.forge, appIn(asked))] }),
  'GET /app/installations/:id': (asked) => {
    const app = appIn(asked);
    if (numberIn(asked, 'id') !== app.installation) throw new ForgeRefusal(404, 'Not Found');
    return { body: installationShape(asked.forge, app) };
  },
  'POST /app/installations/:id/access_tokens': (asked) => {
    const app = appIn(asked);
    read(Whole, asked.body);
    const { token, expires } = asked.forge.accounts.installationToken(app, numberIn(asked, 'id'));
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
