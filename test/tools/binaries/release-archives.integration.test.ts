import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Downloads } from '../../../src/tools/binaries/download.js';
import type { Architecture, BinaryName, Pin } from '../../../src/tools/binaries/pin.js';
import { pins } from '../../../src/tools/binaries/pins.js';
import { getRelease } from '../../../src/tools/binaries/release.js';
import { ReleaseServer, sumOf } from './release-server.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-archives-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A zip of LICENSE.txt and of a terraform that says `Terraform v1.11.4`, made with Info-ZIP. */
const ZIP = Buffer.from(
  'UEsDBAoAAAAAAABWdl1aeiHKBQAAAAUAAAALAAAATElDRU5TRS50eHRCVVNMClBLAwQKAAAAAAAAVnZd8caQIyMAAAAjAAAACQAAAHRlcnJhZm9y' +
    'bSMhL2Jpbi9zaAplY2hvICJUZXJyYWZvcm0gdjEuMTEuNCIKUEsBAh4DCgAAAAAAAFZ2XVp6IcoFAAAABQAAAAsAAAAAAAAAAQAAAKSBAAAAAExJ' +
    'Q0VOU0UudHh0UEsBAh4DCgAAAAAAAFZ2XfHGkCMjAAAAIwAAAAkAAAAAAAAAAQAAAO2BLgAAAHRlcnJhZm9ybVBLBQYAAAAAAgACAHAAAAB4AAAA' +
    'AAA=',
  'base64',
);

const searchPath = process.env['PATH'];
let releases: ReleaseServer;
let partial: string;

beforeEach(async () => {
  releases = await ReleaseServer.start();
  partial = mkdtempSync(path.join(root, 'case-'));
});
afterEach(async () => {
  process.env['PATH'] = searchPath;
  await releases.stop();
});

/** The pin without a known sum: its release's own checksum file decides. */
function pinOf(name: BinaryName): Pin {
  const pin = pins.find((one) => one.name === name);
  if (!pin) throw new Error(`${name} is not pinned`);
  const { sha256: _, ...release } = pin.release;
  return { ...pin, release };
}

/** The files of a release; `publish` sets the addresses. */
async function taken(
  name: BinaryName,
  architecture: Architecture,
  [archive, sums]: [archive: string, sums: string],
  body: Buffer,
): Promise<string> {
  releases.answers.set(archive, { body });
  releases.answers.set(sums, { body: `${sumOf(body)}  ${path.basename(archive)}\n` });
  const downloads = new Downloads(releases.address);
  const { file } = await getRelease({ pin: pinOf(name), architecture, downloads, partial });
  return readFileSync(file, 'utf8');
}

const terraform: [string, string] = [
  '/releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip',
  '/releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_SHA256SUMS',
];

const hasUnzip = spawnSync('unzip', ['-v']).status === 0;
if (!hasUnzip) process.stderr.write('SKIPPED: releases in zip are not tested, there is no unzip on PATH.\n');

(hasUnzip ? describe : describe.skip)('a zip', () => {
  test('gives terraform alone', async () => {
    expect(await taken('terraform', 'amd64', terraform, ZIP)).toBe('#!/bin/sh\necho "Terraform v1.11.4"\n');
  });

  test('without it is refused', async () => {
    const other = Buffer.from(ZIP.toString('latin1').replaceAll('terraform', 'terrafarm'), 'latin1');
    await expect(taken('terraform', 'amd64', terraform, other)).rejects.toThrow(
      /^terraform cannot be taken out of terraform_1\.11\.4_linux_amd64\.zip: /,
    );
  });
});

test('a zip is not downloaded where nothing can unpack it', async () => {
  process.env['PATH'] = partial;
  await expect(taken('terraform', 'amd64', terraform, ZIP)).rejects.toThrow(
    'terraform_1.11.4_linux_amd64.zip is unpacked with unzip, which is not on PATH. Install unzip',
  );
  expect(releases.requests).toEqual([]);
  const off = getRelease({
    pin: pinOf('terraform'),
    architecture: 'amd64',
    downloads: new Downloads('off'),
    partial,
  });
  await expect(off).rejects.toThrow('downloads are switched off');
});

test.each<[BinaryName, Architecture, folder: string, archive: string, sums: string]>([
  [
    'tofu',
    'arm64',
    '.',
    '/github.com/opentofu/opentofu/releases/download/v1.12.6/tofu_1.12.6_linux_arm64.tar.gz',
    '/github.com/opentofu/opentofu/releases/download/v1.12.6/tofu_1.12.6_SHA256SUMS',
  ],
  // Its releases call amd64 x86_64, and arm64 arm64.
  [
    'versitygw',
    'amd64',
    'versitygw_v1.8.0_Linux_x86_64',
    '/github.com/versity/versitygw/releases/download/v1.8.0/versitygw_v1.8.0_Linux_x86_64.tar.gz',
    '/github.com/versity/versitygw/releases/download/v1.8.0/checksums.txt',
  ],
  [
    'versitygw',
    'arm64',
    'versitygw_v1.8.0_Linux_arm64',
    '/github.com/versity/versitygw/releases/download/v1.8.0/versitygw_v1.8.0_Linux_arm64.tar.gz',
    '/github.com/versity/versitygw/releases/download/v1.8.0/checksums.txt',
  ],
])('%s for %s is taken out of its tar.gz', async (name, architecture, folder, archive, sums) => {
  mkdirSync(path.join(partial, 'pack', folder), { recursive: true });
  writeFileSync(path.join(partial, 'pack', folder, name), `${name} for ${architecture}`);
  const file = path.join(partial, 'packed');
  const member = path.join(folder, name);
  spawnSync('tar', ['-czf', file, '-C', path.join(partial, 'pack'), '--', member]);
  expect(await taken(name, architecture, [archive, sums], readFileSync(file))).toBe(
    `${name} for ${architecture}`,
  );
});
