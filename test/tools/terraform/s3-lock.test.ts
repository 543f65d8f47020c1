import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunRecords } from '../../../src/tools/terraform/run-records.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import {
  TestTerraform,
  exists,
  limits,
  reasonOf,
  tools,
  twoMachines,
  until,
  vm,
  waitingFor,
} from './a-terraform.js';

const aRun = 180_000;
const gateway = await toolPath('versitygw');
const secret = 'wJalrXUtnFEMI-K7MDENG';

describe.each(tools)('the real %s with its state in S3, use_lockfile', (tool) => {
  let test: TestTerraform;
  let server: ChildProcess;
  let backend: object;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('s3'));
    const port = await freePort();
    mkdirSync(path.join(test.root, 'buckets', 'states'), { recursive: true });
    server = spawn(
      gateway,
      [
        '--access',
        'slipway',
        '--secret',
        secret,
        '--port',
        `127.0.0.1:${port}`,
        'posix',
        path.join(test.root, 'buckets'),
      ],
      { stdio: 'ignore' },
    );
    const url = `http://127.0.0.1:${port}`;
    await until(() =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    );
    const text = `
      bucket = "states"
      key = "prox-ops/terraform.tfstate"
      region = "us-east-1"
      endpoints = { s3 = "${url}" }
      use_path_style = true
      use_lockfile = true
      skip_credentials_validation = true
      skip_region_validation = true
      skip_requesting_account_id = true
      skip_metadata_api_check = true
    `;
    process.env['SLIPWAY_TEST_S3'] = secret;
    backend = {
      backend: [{ file: test.file('backend', text) }],
      env: {
        AWS_ACCESS_KEY_ID: { file: test.file('access', 'slipway\n') },
        AWS_SECRET_ACCESS_KEY: { env: 'SLIPWAY_TEST_S3' },
      },
    };
  }, aRun);
  afterEach(async () => {
    test.file('go');
    server.kill('SIGKILL');
    await once(server, 'exit');
    await test.end();
  });

  it(
    'releases the lock of an apply that was killed, for everything in it fits, and none of somebody else',
    async () => {
      const terraform = await test.ready(tool, backend);
      const [began, go] = [path.join(test.root, 'began'), path.join(test.root, 'go')];
      const values = { making: waitingFor(began, go) };
      const saved = await test.plan(terraform, { values, targets: [vm('k8s-work-1')] });
      const applied = test.apply(terraform, saved);
      applied.catch(() => undefined);
      await until(exists(began));

      const other = await test.ready(tool, backend, {
        records: new RunRecords(path.join(test.root, 'of another worker')),
      });
      expect(await reasonOf(test.plan(other))).toMatchObject({
        kind: 'terraform-locked',
        who: expect.stringMatching(/^[\w-]+@\S+$/),
        operation: 'apply',
        id: expect.stringMatching(/^[\da-f-]{36}$/),
      });

      const pid = (await test.records.all())[0]?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await reasonOf(applied);
      test.said.length = 0;
      expect((await test.plan(terraform)).changes).toBe(true);
      expect(test.said).toContain(
        `releases the lock of process ${pid}, which Slipway started and which is dead`,
      );
      expect((await terraform.pull(limits))?.header.serial ?? 0).toBeGreaterThanOrEqual(0);
    },
    aRun,
  );

  it(
    'repeats no key of the backend when it is refused',
    async () => {
      process.env['SLIPWAY_TEST_S3'] = 'another-key-than-that-one';
      const reason = await reasonOf(test.ready(tool, backend).then((terraform) => terraform.pull(limits)));
      expect(['terraform-init-failed', 'terraform-state-unreadable']).toContain(reason.kind);
      expect(JSON.stringify(reason)).not.toMatch(/another-key|wJalr/);
    },
    aRun,
  );
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
