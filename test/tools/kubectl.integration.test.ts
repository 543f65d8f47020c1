import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drainSlice, type DrainSlice } from '../../src/tools/kubectl.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-kubectl-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program in place of kubectl: records its arguments, prints a text, and exits. */
async function kubectl(says: string, code: number): Promise<{ program: string; given: string }> {
  const name = `kubectl-${says.length}-${code}`;
  const program = path.join(folder, name);
  const given = path.join(folder, `${name}.json`);
  const script = `require('fs').writeFileSync(${JSON.stringify(given)}, JSON.stringify(process.argv.slice(2)));
console.error(${JSON.stringify(says)});
process.exit(${code});`;
  await writeFile(program, `#!${process.execPath}\n${script}\n`);
  await chmod(program, 0o755);
  return { program, given };
}

const slice = (more: Partial<DrainSlice> = {}): DrainSlice => ({
  node: 'k8s-work-1',
  endpoint: { node: 'k8s-ctrl-2', server: 'https://10.20.67.2:6443' },
  kubeconfig: '/nowhere/kubeconfig',
  timeoutMs: 60_000,
  deleteEmptyDirData: true,
  signal: new AbortController().signal,
  onLine: () => undefined,
  ...more,
});

describe('a drain', () => {
  it.each([
    [true, '--delete-emptydir-data=true'],
    [false, '--delete-emptydir-data=false'],
  ])(
    'writes out every flag: DaemonSets ignored, emptyDir as set (%s), never forced, evictions only',
    async (deleteEmptyDirData, emptyDir) => {
      const { program, given } = await kubectl(`node/k8s-work-1 drained ${deleteEmptyDirData}`, 0);
      expect(await drainSlice(program, slice({ deleteEmptyDirData }))).toEqual({ outcome: 'drained' });
      expect(JSON.parse(await readFile(given, 'utf8'))).toEqual([
        'drain',
        'k8s-work-1',
        '--kubeconfig',
        '/nowhere/kubeconfig',
        '--server',
        'https://10.20.67.2:6443',
        '--ignore-daemonsets=true',
        emptyDir,
        '--force=false',
        '--disable-eviction=false',
        '--timeout=60s',
      ]);
    },
  );

  it.each([
    ['error when evicting pods/"db-1": global timeout reached: 60s', 'not-yet'],
    ['cannot delete Pods that declare no controller (use --force to override): default/x', 'impossible'],
    ['error: pods is forbidden: User "slipway" cannot create resource "pods/eviction"', 'impossible'],
    ['error when evicting pods/"db-1": admission webhook "db.example" denied the request: no', 'not-yet'],
    [
      'error when evicting pods/"db-1": pods "db-1" is forbidden: ValidatingAdmissionPolicy \'p\' with binding \'b\' denied request: no',
      'not-yet',
    ],
  ])('that ends with "%s" is %s', async (says, outcome) => {
    const { program } = await kubectl(says, 1);
    expect((await drainSlice(program, slice())).outcome).toBe(outcome);
  });
});
