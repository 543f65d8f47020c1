import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { judgeVersion } from '../../../src/tools/binaries/observe-version.js';
import type { BinaryName } from '../../../src/tools/binaries/pins.js';
import { explicitPathVariable, isBinaryName, pinOf, pins } from '../../../src/tools/binaries/pins.js';
import { projectRoot } from '../../../src/tools/project-root.js';

describe('every pin', () => {
  test.each(pins.map((pin) => [pin.name, pin] as const))('%s is the version its go.mod builds', (_, pin) => {
    const goMod = readFileSync(path.join(projectRoot, pin.source.module, 'go.mod'), 'utf8');
    const modules = [...goMod.matchAll(/^(?:require )?\t?(?<module>\S+) v(?<version>\S+)$/gm)].map(
      ({ groups }) => groups,
    );
    const own = modules.find((groups) => pin.source.package.startsWith(groups?.['module'] ?? '-'));
    expect(own?.['version']).toBe(pin.version);
  });

  test.each(pins.map((pin) => [pin.name, pin] as const))(
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

/** What the real programs say, as built from the pinned sources. */
test.each<[BinaryName, string]>([
  ['temporal', 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n'],
  ['talosctl', 'Client:\nTalos v1.12.1\n'],
  [
    'etcd',
    'etcd Version: 3.6.6\nGit SHA: Not provided (use ./build instead of go build)\nGo Version: go1.26.8\n',
  ],
  ['etcdutl', 'etcdutl version: 3.6.6\nAPI version: 3.6\n'],
  ['kube-apiserver', 'Kubernetes v1.35.4\n'],
  ['kubectl', 'Client Version: v1.35.4\nKustomize Version: v5.7.1\n'],
])('%s is known by its own answer', (name, answer) => {
  const pin = pinOf(name);
  expect(judgeVersion(answer, pin, 'exact')).toEqual({ version: pin.version, misfit: undefined });
});

test('names are told from other words', () => {
  expect(['kubectl', 'kube', ''].map(isBinaryName)).toEqual([true, false, false]);
  expect(explicitPathVariable('kube-apiserver')).toBe('SLIPWAY_BIN_KUBE_APISERVER');
});
