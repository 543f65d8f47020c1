import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CredentialReference } from '../../src/inventory/credential.js';
import { printedByProgram } from '../../src/tools/credential-exec.js';
import { readCredential, referenceText } from '../../src/tools/credentials.js';
import { drainSlice } from '../../src/tools/kubectl.js';
import { snapshotStatus } from '../../src/tools/etcd-snapshot.js';
import { talosctl } from '../../src/tools/talosctl.js';
import { Refusal } from '../../src/tools/refusal.js';

/** Real programs, each a small script: the environment that they see, and the errors about their output. */
let folder: string;

/** Variables that a worker may have for other programs. */
const others = {
  AWS_SECRET_ACCESS_KEY: 'aws-secret',
  TF_VAR_proxmox_password: 'terraform-secret',
  PROXMOX_VE_API_TOKEN: 'proxmox-secret',
  TALOSCONFIG: '/tmp/another-talosconfig',
  KUBECONFIG: '/tmp/another-kubeconfig',
  ETCD_DATA_DIR: '/tmp/another-etcd',
  OP_SERVICE_ACCOUNT_TOKEN: 'one-password-secret',
  DISCORD_WEBHOOK: 'https://discord.example/secret',
};

const handedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
/** Variables that Slipway itself sets for talosctl and kubectl: no credential among them. */
const ownSettings = ['GOGC', 'GOMEMLIMIT', 'GOMAXPROCS', 'KUBERC'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'credentials-exec-'));
  Object.assign(process.env, others);
});

afterAll(async () => {
  for (const name of Object.keys(others)) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

afterEach(() => {
  process.env['OP_SERVICE_ACCOUNT_TOKEN'] = others.OP_SERVICE_ACCOUNT_TOKEN;
});

async function script(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `#!${process.execPath}\n${text}\n`);
  await chmod(file, 0o700);
  return file;
}

/** Writes its environment to a file, then prints a parsable credential. */
async function witness(
  name: string,
  prints: string,
): Promise<{ program: string; readonly seen: () => Promise<string[]> }> {
  const file = path.join(folder, `${name}.json`);
  const program = await script(
    name,
    `require('fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env)); console.log(${JSON.stringify(prints)});`,
  );
  return { program, seen: async () => Object.keys(JSON.parse(await readFile(file, 'utf8')) as object) };
}

function reference(exec: readonly string[], more: object = {}): CredentialReference {
  return CredentialReference.parse({ exec, ...more });
}

async function refusal(exec: CredentialReference): Promise<string> {
  const failure = await readCredential('kubeconfig', exec, folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Refusal);
  return JSON.stringify((failure as Refusal).reason);
}

describe('a credential that a program prints', () => {
  it('is its output, with unchanged arguments and without a shell', async () => {
    await script('op', 'console.log(JSON.stringify(process.argv.slice(2)))');
    const asked = reference(['./op', 'read', 'op://Private/talos/$(id)', '; true']);
    const { text, file } = await readCredential('talosconfig (admin)', asked, folder);
    expect(JSON.parse(text)).toEqual(['read', 'op://Private/talos/$(id)', '; true']);
    expect(file).toBeUndefined();
  });

  it('is decoded where it is declared as base64', async () => {
    const encoded = Buffer.from('apiVersion: v1').toString('base64');
    await script('base64', `console.log(${JSON.stringify(encoded)})`);
    const asked = reference(['./base64'], { encoding: 'base64' });
    expect((await readCredential('kubeconfig', asked, folder)).text).toBe('apiVersion: v1');
  });

  it('comes from a program that sees the variables its reference lists, and no other of ours', async () => {
    const { program, seen } = await witness('listed', 'x');
    await readCredential('kubeconfig', reference([program], { env: ['OP_SERVICE_ACCOUNT_TOKEN'] }), folder);
    const names = await seen();
    expect(names).toContain('OP_SERVICE_ACCOUNT_TOKEN');
    expect(names.filter((name) => ![...handedOn, 'OP_SERVICE_ACCOUNT_TOKEN'].includes(name))).toEqual([]);
  });

  it('is refused where a listed variable is not set, by the name of the variable', async () => {
    delete process.env['OP_SERVICE_ACCOUNT_TOKEN'];
    const { program } = await witness('unset', 'x');
    const text = await refusal(reference([program], { env: ['OP_SERVICE_ACCOUNT_TOKEN'] }));
    expect(text).toMatch(/OP_SERVICE_ACCOUNT_TOKEN, which unset is to see, is not set/);
  });

  it('is refused with the name of the program when it fails: never its arguments, never what it said', async () => {
    const fails = 'console.log("half a secret"); console.error("the secret is hunter2"); process.exit(3)';
    const text = await refusal(reference([await script('fails', fails), '--password=hunter3']));
    expect(text).toMatch(/fails ended with exit code 3/);
    expect(text).not.toMatch(/half|hunter/);
  });

  it('is refused when the program prints nothing, or more than a credential has', async () => {
    expect(await refusal(reference([await script('unreachable', '')]))).toMatch(/it is empty/);
    const endless = await script('endless', 'process.stdout.write("secret".repeat(300_000))');
    const text = await refusal(reference([endless]));
    expect(text).toMatch(/endless printed more than 1048576 bytes/);
    expect(text).not.toMatch(/secretsecret/);
  });

  it('is refused when there is no such program', async () => {
    expect(await refusal(reference(['no-such-password-manager', 'read']))).toMatch(
      /no-such-password-manager is no program on PATH/,
    );
  });

  it('is refused when the program waits for input: it is stopped', async () => {
    const waits = reference([await script('waits', 'setInterval(() => 0, 1000)')]);
    if (!('exec' in waits)) throw new Error('it is another kind of reference');
    const options = {
      base: folder,
      bytesMax: 10,
      timeoutMs: 300,
      refuse: (why: string): never => {
        throw new Error(why);
      },
    };
    await expect(printedByProgram(waits, options)).rejects.toThrow(
      /waits was stopped after .* longer than its time limit/,
    );
  });

  it('is named by its program alone', () => {
    expect(referenceText(reference(['/usr/bin/op', 'read', 'op://Private/talos']))).toBe('exec op');
  });
});

describe('the programs Slipway runs see no credential of another', () => {
  const target = { node: '10.0.0.1', endpoint: '10.0.0.2' };
  const calls = [
    ['talosctl', '', (program: string) => talosctl(program, '/tmp/talosconfig').reboot(target, 'default')],
    [
      'etcdutl',
      '{ "revision": 1, "totalKey": 1, "totalSize": 1 }',
      (program: string) => snapshotStatus(program, '/tmp/snapshot', new AbortController().signal),
    ],
    [
      'kubectl',
      '',
      (program: string) =>
        drainSlice(program, {
          node: 'a',
          endpoint: { node: 'b', server: 'https://10.0.0.2:6443' },
          kubeconfig: '/tmp/kubeconfig',
          timeoutMs: 10_000,
          deleteEmptyDirData: true,
          signal: new AbortController().signal,
          onLine: () => undefined,
        }),
    ],
  ] as const;
  it.each(calls)('%s', async (name, prints, call) => {
    const { program, seen } = await witness(name, prints);
    await call(program);
    const known = [...handedOn, ...ownSettings];
    expect((await seen()).filter((variable) => !known.includes(variable))).toEqual([]);
  });
});
