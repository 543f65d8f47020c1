import { createHmac } from 'node:crypto';
import { parseStarterSettings } from '../../src/starter/load-settings.js';
import type { RepositorySettings, StarterSettings } from '../../src/starter/settings.js';

/** A whole starter.yaml. */
export const goodText = `listen: { address: 127.0.0.1, port: 8800 }
repositories:
  - name: acme/home-ops
    url: https://github.com/acme/home-ops.git
    secrets: [{ env: HOOK_SECRET }, { env: HOOK_SECRET_OLD }]
    access: { token: { env: GITHUB_TOKEN } }
    labels: { in-place: upgrade-pets, replace: upgrade-cattle }
    clusters:
      - { file: clusters/prox-ops/slipway.yaml, folder: /etc/slipway/prox-ops }
  - name: acme/lab
    url: git@github.com:acme/lab.git
    branch: release/stable
    trigger: [webhook, poll]
    poll: 30s
    secrets: [{ env: LAB_SECRET }]
    access: { app: { id: 7, installation: 8, key: { file: app.pem } } }
    clusters:
      - { file: slipway.yaml, folder: /etc/slipway/lab }
  - name: home/homelab
    gitHost: git
    url: ssh://git@git.home.arpa/homelab.git
    clusters: [{ file: atlas/slipway.yaml, folder: /etc/slipway/atlas }]
`;

/** Its settings. */
export function goodSettings(): StarterSettings {
  const loaded = parseStarterSettings(goodText, '/etc/slipway/starter.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.settings;
}

/** The first of its repositories, changed. */
export function aRepository(changes: Partial<RepositorySettings> = {}): RepositorySettings {
  const [first] = goodSettings().repositories;
  if (!first) throw new Error('there is none');
  return { ...first, ...changes };
}

export const before = 'a'.repeat(40);
export const after = 'b'.repeat(40);
export const uuid = '72d3162e-cc78-11e3-81ab-4c9367dc0958';

/** The part of GitHub's push payload that is read. */
export function aPush(changes: object = {}): Record<string, unknown> {
  return {
    ref: 'refs/heads/main',
    before,
    after,
    forced: false,
    deleted: false,
    created: false,
    repository: { id: 1, full_name: 'acme/home-ops' },
    sender: { login: 'ada', type: 'User' },
    ...changes,
  };
}

/** The part of GitHub's pull request payload that is read: `pull` changes it, `rest` its surroundings. */
export function aPull(pull: object = {}, rest: object = {}): Record<string, unknown> {
  const repo = { full_name: 'acme/home-ops' };
  return {
    action: 'closed',
    number: 12,
    pull_request: {
      number: 12,
      title: 'Update Talos to v1.12.6',
      merged: true,
      merge_commit_sha: after,
      base: { ref: 'main', sha: before, repo },
      head: { ref: 'renovate/talos', sha: 'c'.repeat(40), repo },
      labels: [{ name: 'upgrade-pets' }],
      ...pull,
    },
    repository: { id: 1, ...repo },
    sender: { login: 'renovate[bot]', type: 'Bot' },
    ...rest,
  };
}

/** The part of GitHub's comment payload that is read. */
export function aComment(body: string, rest: object = {}): Record<string, unknown> {
  return {
    action: 'created',
    issue: { number: 12, pull_request: { url: 'https://api.github.com/repos/acme/home-ops/pulls/12' } },
    comment: { id: 99, body, user: { login: 'ada', type: 'User' } },
    repository: { id: 1, full_name: 'acme/home-ops' },
    sender: { login: 'ada', type: 'User' },
    ...rest,
  };
}

/** GitHub's signature, computed independently of the starter's own check. */
export function signatureOf(secret: string, body: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
