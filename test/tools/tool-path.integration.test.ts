import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findProgram } from '../../src/tools/find-program.js';
import { toolPath } from '../../src/tools/tool-path.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-tool-path-'));
const before = { ...process.env };

beforeAll(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('SLIPWAY_')) delete process.env[name];
  // Every process is started through it.
  symlinkSync(findProgram('setpriv', process.env['PATH'] ?? '') ?? '/nowhere', path.join(folder, 'setpriv'));
  Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
  for (const [name, version] of [
    ['talosctl', '1.12.4'],
    ['talosctl-1.13', '1.13.9'],
    ['old', '1.13.2'],
  ] as const) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\necho 'Talos v${version}'\n`);
    chmodSync(path.join(folder, name), 0o755);
  }
  writeFileSync(path.join(folder, 'terraform'), "#!/bin/sh\necho 'Terraform v1.11.2'\n");
  chmodSync(path.join(folder, 'terraform'), 0o755);
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

test('a node’s talosctl is of its minor; without one it is the first pin’s', async () => {
  const paths = await Promise.all([toolPath('talosctl'), toolPath('talosctl', '1.13')]);
  expect(paths).toEqual([path.join(folder, 'talosctl'), path.join(folder, 'talosctl-1.13')]);
});

test('a terraform is of the minor, or exactly the version, that is asked for', async () => {
  const paths = await Promise.all([toolPath('terraform', '1.11'), toolPath('terraform', '1.11.2')]);
  expect(paths).toEqual([path.join(folder, 'terraform'), path.join(folder, 'terraform')]);
  await expect(toolPath('terraform', '1.11.4')).rejects.toMatchObject({
    reason: {
      tool: 'terraform',
      version: '1.11.4',
      why: expect.stringMatching(/it is 1\.11\.2, wanted is 1\.11\.4[^]*Type: npm run setup -- terraform,/),
    },
  });
});

test.each([
  ['1.11', '1.11.5', /^talosctl 1\.11\.5 is not here\.[^]*Type: npm run setup -- talosctl-1\.11/],
  ['1.10', '1.10', /^talosctl 1\.10 is not here\.[^]*Install talosctl 1\.10 as talosctl-1\.10/],
])('a missing %s is refused as a value', async (minor, version, why) => {
  await expect(toolPath('talosctl', minor)).rejects.toMatchObject({
    reason: { kind: 'tool-missing', tool: 'talosctl', version, why: expect.stringMatching(why) },
  });
});

test('so is a path that cannot be used', async () => {
  process.env['SLIPWAY_BIN_TALOSCTL_1_13'] = path.join(folder, 'old');
  await expect(toolPath('talosctl', '1.13')).rejects.toMatchObject({
    reason: {
      kind: 'tool-missing',
      version: '1.13.9',
      why: expect.stringMatching(/cannot be used: it is 1\.13\.2, wanted is 1\.13\.7 or later: --no-reboot/),
    },
  });
});
