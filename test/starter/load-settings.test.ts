import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { loadSettings, parseStarterSettings } from '../../src/starter/load-settings.js';
import { goodSettings, goodText } from './a-starter.js';

interface Written {
  listen?: object;
  repositories: Record<string, unknown>[];
}

/** The mistakes of the good file after a change, as `path: what`. */
function mistakesAfter(change: (first: Record<string, unknown>, all: Written) => void): string[] {
  const written = parse(goodText) as Written;
  change(written.repositories[0] ?? {}, written);
  const loaded = parseStarterSettings(stringify(written), 'starter.yaml');
  return loaded.ok
    ? []
    : loaded.mistakes.map(({ path, what, why, fix }) => `${path}: ${what}, ${why}, ${fix}`);
}

describe('starter.yaml', () => {
  test('says which repositories start upgrades, with defaults for the rest', () => {
    const { listen, repositories } = goodSettings();
    expect(listen).toEqual({ address: '127.0.0.1', port: 8800 });
    const [homeOps, lab, homelab] = repositories;
    expect(homeOps).toMatchObject({
      name: 'acme/home-ops',
      gitHost: 'github',
      api: 'https://api.github.com',
      branch: 'main',
      trigger: ['webhook'],
      poll: 60_000,
      base: '/etc/slipway',
    });
    expect(lab).toMatchObject({ branch: 'release/stable', trigger: ['webhook', 'poll'], poll: 30_000 });
    expect(homelab).toMatchObject({ gitHost: 'git', trigger: ['poll'] });
  });

  test('listens on loopback when it does not say where', () => {
    const written = parse(goodText) as Written;
    delete written.listen;
    const loaded = parseStarterSettings(stringify(written), 'starter.yaml');
    expect(loaded).toMatchObject({ ok: true, settings: { listen: { address: '127.0.0.1', port: 8800 } } });
  });

  test.each<[string, (first: Record<string, unknown>, all: Written) => void, RegExp]>([
    [
      'a password in an address',
      (one) => (one['url'] = 'https://ada:geheim@github.com/a/b.git'),
      /without a password/,
    ],
    [
      'a token in an address',
      (one) => (one['url'] = 'https://ghp_geheim@github.com/a/b.git'),
      /without a password/,
    ],
    [
      'plain http to elsewhere',
      (one) => (one['url'] = 'http://git.example.com/a/b.git'),
      /plain http on this machine/,
    ],
    [
      'a plain API elsewhere',
      (one) => (one['api'] = 'http://git.example.com/api/v3'),
      /plain http on this machine/,
    ],
    ['an option as address', (one) => (one['url'] = '--upload-pack=reboot'), /does not fit/],
    ['git’s ext protocol', (one) => (one['url'] = 'ext::sh -c reboot'), /does not fit/],
    ['a GitHub name without owner', (one) => (one['name'] = 'acme/home/ops'), /no repository of GitHub/],
    ['a name with a blank', (one) => (one['name'] = 'acme/home ops'), /like acme\/home-ops/],
    [
      'no secret for webhooks',
      (one) => delete one['secrets'],
      /secrets: it is missing, a webhook that nobody signed/,
    ],
    ['three secrets', (one) => (one['secrets'] = ['A', 'B', 'C'].map((env) => ({ env }))), /secrets/],
    ['a secret by value', (one) => (one['secrets'] = ['geheim']), /secrets.*not repeated/],
    ['no access to GitHub', (one) => delete one['access'], /access: it is missing/],
    ['a token by value', (one) => (one['access'] = { token: 'ghp_geheim' }), /access.*not repeated/],
    ['a branch as ref', (one) => (one['branch'] = 'refs/heads/main'), /without refs\/heads/],
    ['a branch that is an option', (one) => (one['branch'] = '--all'), /branch/],
    ['a branch with dots', (one) => (one['branch'] = 'a..b'), /branch/],
    [
      'an inventory out of the repository',
      (one) => (one['clusters'] = [{ file: '../x.yaml', folder: '/etc' }]),
      /from the top/,
    ],
    [
      'an absolute inventory',
      (one) => (one['clusters'] = [{ file: '/etc/x.yaml', folder: '/etc' }]),
      /from the top/,
    ],
    [
      'an inventory in .git',
      (one) => (one['clusters'] = [{ file: '.git/config', folder: '/etc' }]),
      /from the top/,
    ],
    [
      'a relative folder',
      (one) => (one['clusters'] = [{ file: 'a.yaml', folder: 'etc' }]),
      /absolute folder/,
    ],
    ['no cluster', (one) => (one['clusters'] = []), /clusters/],
    [
      'one inventory twice',
      (one) => (one['clusters'] = [1, 2].map(() => ({ file: 'a.yaml', folder: '/etc' }))),
      /one file stands here twice/,
    ],
    [
      'one repository twice',
      (one, all) => all.repositories.push({ ...one, name: 'ACME/Home-Ops' }),
      /ACME\/Home-Ops stands here twice/,
    ],
    [
      'polling without a pause',
      (one) => Object.assign(one, { trigger: ['poll'], poll: '1s' }),
      /every 1 s is too often/,
    ],
    ['one trigger twice', (one) => (one['trigger'] = ['poll', 'poll']), /stands here twice/],
    [
      'webhooks of a git server',
      (_, all) => (all.repositories[2] = { ...all.repositories[2], trigger: ['webhook'] }),
      /sends no webhooks/,
    ],
    [
      'an app of a git server',
      (_, all) => (all.repositories[2] = { ...all.repositories[2], access: all.repositories[1]?.['access'] }),
      /knows no apps/,
    ],
    ['a mistyped setting', (one) => (one['brnach'] = 'main'), /"brnach" is no setting.*did you mean branch/],
    ['a port that is none', (_, all) => (all.listen = { port: 70_000 }), /listen.port/],
    ['a name to listen on', (_, all) => (all.listen = { address: 'localhost' }), /listen.address/],
    ['no repository', (_, all) => (all.repositories = []), /repositories/],
  ])('%s is a mistake', (_, change, expected) => {
    const found = mistakesAfter(change).join('\n');
    expect(found).toMatch(expected);
    expect(found).not.toContain('geheim');
  });

  test('a mistake names its line', () => {
    const loaded = parseStarterSettings(goodText.replace('poll: 30s', 'poll: often'), 'starter.yaml');
    expect(loaded).toMatchObject({ ok: false, mistakes: [{ path: 'starter.yaml:14 repositories[1].poll' }] });
  });

  test('all mistakes are reported at once', () => {
    expect(
      mistakesAfter((one) => {
        delete one['url'];
        delete one['clusters'];
      }),
    ).toHaveLength(2);
  });

  test('a file that is not there is a mistake', async () => {
    const loaded = await loadSettings('/nonexistent/starter.yaml');
    expect(loaded).toMatchObject({ ok: false, mistakes: [{ what: 'it cannot be read' }] });
  });

  test('plain http is for this machine, where labs are', () => {
    const changes = { url: 'http://127.0.0.1:3000/acme/home-ops.git', api: 'http://localhost:3000' };
    expect(mistakesAfter((one) => Object.assign(one, changes))).toEqual([]);
  });
});
