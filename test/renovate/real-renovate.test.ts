import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';
import { fakeGithub } from './fake-github.js';
import { type Renovate, installRenovate } from './install-renovate.js';
import { presetText } from './preset.js';

let renovate: Renovate;
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-renovate-'));
  renovate = await installRenovate();
}, 20 * 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const path_ = `${path.dirname(renovate.node)}:${process.env['PATH'] ?? ''}`;
  const options = { cwd: folder, env: { PATH: path_, HOME: folder, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(renovate.node, [script, ...args], options);
  return stdout;
}

const inRenovate = (...parts: string[]): string => path.join(renovate.folder, 'dist', ...parts);

describe("Renovate's own validator", () => {
  const validate = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, text);
    return run(inRenovate('config-validator.js'), ['--strict', '--no-global', file]);
  };

  test.each(['default', 'labels'] as const)('takes %s', async (name) => {
    expect(await validate(name, presetText(name))).toContain('Config validated successfully');
  });

  test('takes what docs/renovate.md has people write', async () => {
    const page = readFileSync(path.join(projectRoot, 'docs/renovate.md'), 'utf8');
    const snippets = [...page.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, text = '']) => text);
    expect(snippets.length).toBeGreaterThan(1);
    for (const [index, text] of snippets.entries())
      expect(await validate(`page-${index}`, text)).toContain('Config validated successfully');
  });

  test('refuses what is none, or these would show nothing', async () => {
    const wrong = presetText('default').replaceAll('managerFilePatterns', 'fileMatchPatterns');
    await expect(validate('wrong', wrong)).rejects.toThrow(/Command failed/);
  });
});

/** The report of Renovate, as far as it is looked at. */
interface Report {
  readonly repositories: Readonly<
    Record<
      string,
      {
        readonly packageFiles: Readonly<
          Record<string, readonly { readonly packageFile: string; readonly deps: readonly Dependency[] }[]>
        >;
      }
    >
  >;
}
interface Dependency {
  readonly depName: string;
  readonly currentValue: string;
  readonly updates: readonly {
    readonly updateType: string;
    readonly newValue: string;
    readonly branchName: string;
  }[];
}

describe('Renovate, in a repository with the three examples', () => {
  let found: Map<string, Dependency>;

  beforeAll(async () => {
    const github = await fakeGithub({
      'siderolabs/talos': [
        ['v1.11.3', 90],
        ['v1.11.5', 30],
        ['v1.12.3', 60],
        ['v1.12.7', 20],
        ['v1.13.1', 0.2],
        ['v1.14.0-beta.1', 5],
        ['v2.0.0', 2],
      ],
      'kubernetes/kubernetes': [
        ['v1.34.1', 90],
        ['v1.34.4', 30],
        ['v1.35.0', 60],
        ['v1.35.2', 1],
        ['v1.36.0-rc.1', 1],
      ],
    });
    const repository = path.join(folder, 'repository');
    cpSync(path.join(projectRoot, 'examples'), path.join(repository, 'examples'), { recursive: true });
    mkdirSync(path.join(repository, 'terraform'));
    writeFileSync(
      path.join(repository, 'terraform/variables.tf'),
      'variable "talos_version" {\n  default = "1.11.3"\n}\n\nvariable "kubernetes_version" {\n  default = "v1.34.1"\n}\n',
    );
    writeFileSync(path.join(repository, 'Dockerfile'), 'ARG TALOS_VERSION=1.11.3\n');
    const image = `factory.talos.dev/nocloud-installer/${'a'.repeat(64)}:v1.12.3`;
    writeFileSync(path.join(repository, 'patch.yaml'), `machine: { install: { image: ${image} } }\n`);
    const preset = JSON.parse(presetText('default')) as { packageRules: object[] };
    const here = { matchDatasources: ['github-releases'], registryUrls: [github.url] };
    writeFileSync(
      path.join(repository, 'renovate.json'),
      JSON.stringify({ ...preset, packageRules: [...preset.packageRules, here] }),
    );
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-C', repository, ...args], { stdio: 'pipe' });
    git('init', '--quiet');
    git('add', '--all');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '-m', 'all');
    const report = path.join(folder, 'report.json');
    try {
      await promisify(execFile)(
        renovate.node,
        [inRenovate('renovate.js'), '--platform=local', '--dry-run=lookup', '--require-config=optional'],
        {
          cwd: repository,
          maxBuffer: 64 * 1024 * 1024,
          env: {
            PATH: `${path.dirname(renovate.node)}:${process.env['PATH'] ?? ''}`,
            HOME: folder,
            RENOVATE_BASE_DIR: path.join(folder, 'base'),
            RENOVATE_REPORT_TYPE: 'file',
            RENOVATE_REPORT_PATH: report,
            // None is asked for: without one it looks up nothing of GitHub's.
            GITHUB_COM_TOKEN: 'none',
            RENOVATE_HOST_RULES: JSON.stringify([
              { matchHost: '127.0.0.1', token: 'none', hostType: 'github' },
            ]),
          },
        },
      );
    } finally {
      await github.close();
    }
    const { repositories } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    found = new Map(
      Object.values(repositories).flatMap(({ packageFiles }) =>
        Object.values(packageFiles).flatMap((files) =>
          files.flatMap(({ packageFile, deps }) =>
            deps.map((dep): [string, Dependency] => [`${packageFile} ${dep.depName}`, dep]),
          ),
        ),
      ),
    );
  });

  const updates = (key: string): string[] =>
    found
      .get(key)
      ?.updates.map(({ updateType, newValue, branchName }) => `${updateType} ${newValue} ${branchName}`) ??
    [];

  test('finds each version once, where Slipway reads it', () => {
    const [talos, kubernetes] = ['siderolabs/talos', 'kubernetes/kubernetes'];
    const current = Object.fromEntries([...found].map(([key, { currentValue }]) => [key, currentValue]));
    expect(current).toEqual({
      [`examples/prox-ops/slipway.yaml ${talos}`]: '1.11.3',
      [`examples/prox-ops/slipway.yaml ${kubernetes}`]: '1.34.1',
      [`examples/atlas/slipway.yaml ${talos}`]: '1.11.2',
      [`examples/atlas/slipway.yaml ${kubernetes}`]: '1.32.1',
      [`examples/portkey/slipway.yaml ${talos}`]: '1.12.3',
      [`examples/portkey/slipway.yaml ${kubernetes}`]: '1.35.0',
      [`terraform/variables.tf ${talos}`]: '1.11.3',
      [`terraform/variables.tf ${kubernetes}`]: '1.34.1',
      'Dockerfile talosctl': '1.11.3',
      [`patch.yaml factory.talos.dev/nocloud-installer/${'a'.repeat(64)}`]: 'v1.12.3',
    });
  });

  test.each(['examples/prox-ops/slipway.yaml', 'terraform/variables.tf'])(
    'of %s makes patch, minor and major of Talos pull requests of their own, today’s release among them',
    (file) => {
      expect(updates(`${file} siderolabs/talos`)).toEqual([
        'patch 1.11.5 renovate/patch-talos-linux',
        'minor 1.13.1 renovate/talos-linux',
        'major 2.0.0 renovate/major-talos-linux',
      ]);
      expect(updates(`${file} kubernetes/kubernetes`)).toEqual([
        'patch 1.34.4 renovate/patch-kubernetes',
        'minor 1.35.2 renovate/kubernetes',
      ]);
    },
  );

  test('looks the images of the factory up as releases of Talos', () => {
    expect(updates(`patch.yaml factory.talos.dev/nocloud-installer/${'a'.repeat(64)}`)).toEqual([
      'patch v1.12.7 renovate/patch-talos-linux',
      'minor v1.13.1 renovate/talos-linux',
      'major v2.0.0 renovate/major-talos-linux',
    ]);
  });

  test('keeps talosctl out of the pull requests that upgrade', () => {
    expect(updates('Dockerfile talosctl').map((text) => text.split(' ')[2])).toEqual(
      expect.arrayContaining(['renovate/talosctl', 'renovate/major-talosctl']),
    );
    expect(updates('Dockerfile talosctl').join()).not.toContain('talos-linux');
  });
});

describe('the rules, as Renovate applies them to', () => {
  /** What they make of one update. */
  async function ruled(update: Record<string, unknown>): Promise<Record<string, unknown>> {
    const rules = (['default', 'labels'] as const).flatMap(
      (name) => (JSON.parse(presetText(name)) as { packageRules: object[] }).packageRules,
    );
    const script = path.join(folder, 'apply.mjs');
    const modules = ['util/package-rules/index.js', 'util/template/index.js'].map((name) => inRenovate(name));
    writeFileSync(
      script,
      `import { applyPackageRules } from ${JSON.stringify(modules[0])};
       import { compile } from ${JSON.stringify(modules[1])};
       const made = await applyPackageRules(JSON.parse(process.argv[2]));
       const notes = (made.prBodyNotes ?? []).map((note) => compile(note, made));
       console.log('\\n@' + JSON.stringify({ ...made, notes }));`,
    );
    const text = await run(script, [JSON.stringify({ ...update, packageRules: rules })]);
    return JSON.parse(text.slice(text.lastIndexOf('\n@') + 2)) as Record<string, unknown>;
  }
  const talos = {
    depName: 'siderolabs/talos',
    packageName: 'siderolabs/talos',
    datasource: 'github-releases',
  };

  test.each([
    ['patch', 'upgrade-pets'],
    ['minor', 'upgrade-cattle'],
    ['major', 'upgrade-cattle'],
  ])('a %s of Talos: the label %s, its age a check, nothing merged', async (updateType, label) => {
    const made = await ruled({ ...talos, updateType });
    expect(made['addLabels']).toEqual(['dependencies', 'talos', label]);
    expect(made).toMatchObject({
      groupName: 'Talos Linux',
      automerge: false,
      minimumReleaseAge: '3 days',
      internalChecksFilter: 'none',
      separateMinorPatch: true,
      schedule: ['at any time'],
    });
  });

  test.each([
    ['patch', 'a patch, by default upgraded in place'],
    ['minor', 'a minor version, by default done by replacement the nodes'],
    ['major', 'a major version, by default done by replacement the nodes'],
  ])('a %s of Talos: a note that says %s', async (updateType, words) => {
    const made = await ruled({ ...talos, updateType, isPatch: updateType === 'patch' });
    expect(made['notes']).toEqual([expect.stringContaining(`Slipway: ${words}.`)]);
  });

  test('talosctl: none of its labels', async () => {
    const made = await ruled({ ...talos, depName: 'talosctl', updateType: 'patch' });
    expect(made).toMatchObject({ groupName: 'talosctl' });
    expect(made['addLabels']).toBeUndefined();
  });

  test('the plain installer: another image, and no version that is not published', async () => {
    const name = 'ghcr.io/siderolabs/installer';
    const made = await ruled({ depName: name, packageName: name, datasource: 'docker', updateType: 'minor' });
    expect(made).toMatchObject({
      allowedVersions: '<1.14.0',
      replacementName: expect.stringMatching(/^factory\.talos\.dev\/metal-installer\/[0-9a-f]{64}$/),
    });
  });
});
