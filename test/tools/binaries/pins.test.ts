import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { judgeVersion } from '../../../src/tools/binaries/observe-version.js';
import type { BinaryName } from '../../../src/tools/binaries/pin.js';
import { pins } from '../../../src/tools/binaries/pins.js';
import { setupName, wanted } from '../../../src/tools/binaries/wanted.js';
import { projectRoot } from '../../../src/tools/project-root.js';

describe('every pin', () => {
  test.each(pins.map((pin) => [setupName(pin), pin] as const))(
    '%s is the version its go.mod builds',
    (_, pin) => {
      const goMod = readFileSync(path.join(projectRoot, pin.source.module, 'go.mod'), 'utf8');
      const modules = [...goMod.matchAll(/^(?:require )?\t?(?<module>\S+) v(?<version>\S+)$/gm)].map(
        ({ groups }) => groups,
      );
      const own = modules.find((groups) => pin.source.package.startsWith(groups?.['module'] ?? '-'));
      expect(own?.['version']).toBe(pin.version);
    },
  );

  test.each(pins.map((pin) => [setupName(pin), pin] as const))(
    '%s is imported by its module’s tools.go',
    (_, pin) => {
      expect(readFileSync(path.join(projectRoot, pin.source.module, 'tools.go'), 'utf8')).toContain(
        `"${pin.source.package}"`,
      );
    },
  );

  test('comes by https', () => {
    const urls = pins.flatMap(({ release }) => [release.url, release.checksums]);
    expect(urls.filter((url) => !url.startsWith('https://'))).toEqual([]);
  });
});

/** The output of the real programs, as built from the pinned sources. */
test.each<[name: BinaryName, answer: string, minor: string | undefined]>([
  ['temporal', 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n', undefined],
  ['talosctl', 'Client:\nTalos v1.12.1\n', undefined],
  ['talosctl', 'Client:\nTalos v1.13.9\n', '1.13'],
  ['talosctl', 'Client:\nTalos v1.11.5\n', '1.11'],
  [
    'etcd',
    'etcd Version: 3.6.6\nGit SHA: Not provided (use ./build instead of go build)\nGo Version: go1.26.8\n',
    undefined,
  ],
  ['etcdutl', 'etcdutl version: 3.6.6\nAPI version: 3.6\n', undefined],
  ['kube-apiserver', 'Kubernetes v1.35.4\n', undefined],
  ['kubectl', 'Client Version: v1.35.4\nKustomize Version: v5.7.1\n', undefined],
  ['terraform', 'Terraform v1.11.4\non linux_amd64\n', undefined],
  ['tofu', 'OpenTofu v1.12.6\non linux_amd64\n', undefined],
  ['versitygw', 'Version  : 1.8.0\nBuild    : norev\nBuildTime: none\n', undefined],
])('%s is known by its own answer: %j', (name, answer, minor) => {
  const pin = wanted(name, minor);
  expect(judgeVersion(answer, pin, 'exact')).toEqual({ version: pin.version, misfit: undefined });
});

test('Terraform’s own parts are all of one commit', () => {
  const goMod = readFileSync(path.join(projectRoot, 'tools/terraform/go.mod'), 'utf8');
  const parts = [...goMod.matchAll(/^\tgithub\.com\/hashicorp\/terraform\/internal\/\S+ (?<version>\S+)/gm)];
  // The modules of its own folders in its go.mod, which cannot be fetched that way from outside.
  expect(parts).toHaveLength(9);
  expect(new Set(parts.map(({ groups }) => groups?.['version']))).toHaveProperty('size', 1);
});

test('the set-up gets every pin but what the long tests take, the demo what a patch in place needs', async () => {
  const { tasks } = (await import(path.join(projectRoot, 'setup', 'tasks.mjs'))) as {
    tasks: Record<string, { binaries: readonly string[] }>;
  };
  const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const pinned = pins.map(setupName).toSorted();
  const long = pinned.filter((name) => ['tofu', 'versitygw'].includes(name));
  expect(scripts['test:all']).toContain(`setup ${long.join(' ')} &&`);
  const all = pinned.filter((name) => !long.includes(name));
  for (const task of ['setup', 'test', 'lab']) {
    expect([task, tasks[task]?.binaries.toSorted()]).toEqual([task, all]);
  }
  const others = /^talosctl-|^terraform$/;
  expect(tasks['demo']?.binaries.toSorted()).toEqual(all.filter((name) => !others.test(name)));
});
