import type { ForgeApp } from './accounts.js';
import type { Surroundings } from './forge-repository.js';
import { ForgeRefusal } from './refusal.js';
import type { Asked } from './route.js';
import { userShape, type Shape } from './shapes.js';

/** The app that asks as itself. @throws {ForgeRefusal} 401 for everybody else */
export function appIn({ caller }: Asked): ForgeApp {
  if (caller.kind === 'app') return caller.app;
  throw new ForgeRefusal(401, 'A JSON web token could not be decoded');
}

/** Where an app is installed. */
export function installationShape(forge: Surroundings, app: ForgeApp): Shape {
  const created = '2026-01-01T00:00:00Z';
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
    single_file_name: null,
    access_tokens_url: `${forge.urls.api}/app/installations/${app.installation}/access_tokens`,
    repositories_url: `${forge.urls.api}/installation/repositories`,
    html_url: `${forge.urls.web}/organizations/${app.owner.login}/settings/installations/${app.installation}`,
    created_at: created,
    updated_at: created,
    suspended_at: null,
    suspended_by: null,
  };
}
