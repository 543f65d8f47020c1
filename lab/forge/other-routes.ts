import { z } from 'zod';
import type { ForgeApp } from './accounts.js';
import { ForgeRefusal } from './refusal.js';
import { numberIn, read, type Asked, type OtherRoutes } from './route.js';
import { appShape, timeOf, userShape, type Shape } from './shapes.js';

/** A token for less than the whole installation is not simulated. */
const Whole = z.strictObject({});

/** What belongs to no repository: https://docs.github.com/en/rest/apps/apps */
export const otherRoutes: OtherRoutes = {
  'GET /user': ({ forge, caller }) => {
    if (caller.kind === 'person') return { body: userShape(forge, caller.account) };
    if (caller.kind === 'nobody') throw new ForgeRefusal(401, 'Requires authentication');
    throw new ForgeRefusal(403, 'Resource not accessible by integration');
  },
  'GET /app': (asked) => ({ body: appShape(asked.forge, appIn(asked)) }),
  'GET /app/installations': (asked) => ({ list: [installationShape(asked, appIn(asked))] }),
  'GET /app/installations/:id': (asked) => {
    const app = appIn(asked);
    if (numberIn(asked, 'id') !== app.installation) throw new ForgeRefusal(404, 'Not Found');
    return { body: installationShape(asked, app) };
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

function appIn({ caller }: Asked): ForgeApp {
  if (caller.kind === 'app') return caller.app;
  throw new ForgeRefusal(401, 'A JSON web token could not be decoded');
}

function installationShape({ forge }: Asked, app: ForgeApp): Shape {
  return {
    id: app.installation,
    app_id: app.id,
    app_slug: app.slug,
    account: userShape(forge, app.owner),
    target_type: app.owner.type,
    target_id: app.owner.id,
    repository_selection: 'selected',
    permissions: { metadata: 'read', ...app.permissions },
    events: [],
    suspended_at: null,
    suspended_by: null,
  };
}
