import type { GitHostApp } from './accounts.js';
import type { Surroundings } from './hosted-repository.js';
import { GitHostRefusal } from './refusal.js';
import type { Asked } from './route.js';
import { userShape, type Shape } from './shapes.js';

/** The app that signed the request. @throws {GitHostRefusal} 401 for every other sender */
export function appIn({ caller }: Asked): GitHostApp {
  if (caller.kind === 'app') return caller.app;
  throw new GitHostRefusal(401, 'A JSON web token could not be decoded');
}

/** The installation of an app. */
export function installationShape(gitHost: Surroundings, app: GitHostApp): Shape {
  const created = '2026-01-01T00:00:00Z';
  return {
    id: app.installation,
    app_id: app.id,
    app_slug: app.slug,
    account: userShape(gitHost, app.owner),
    target_type: app.owner.type,
    target_id: app.owner.id,
    repository_selection: 'selected',
    permissions: { metadata: 'read', ...app.permissions },
    events: [],
    single_file_name: null,
    access_tokens_url: `${gitHost.urls.api}/app/installations/${app.installation}/access_tokens`,
    repositories_url: `${gitHost.urls.api}/installation/repositories`,
    html_url: `${gitHost.urls.web}/organizations/${app.owner.login}/settings/installations/${app.installation}`,
    created_at: created,
    updated_at: created,
    suspended_at: null,
    suspended_by: null,
  };
}
