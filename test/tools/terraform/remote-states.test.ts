import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bucketAnswers } from '../../../src/cli/doctor/bucket-answers.js';
import { RunRecords } from '../../../src/tools/terraform/run-records.js';
import { askBucket, type Bucket } from '../../../src/tools/terraform/s3-bucket.js';
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
import { aFile, bucket, bucketWithTable, postgres, type StatePlace } from './state-places.js';

const aRun = 240_000;
const one = vm('k8s-work-1');

interface Kind {
  readonly name: string;
  readonly backend: string;
  readonly start: () => Promise<StatePlace>;
  /** Whether the backend reports the owner of a lock. */
  readonly tells: boolean;
  /** Whether it keeps the lock of a process that died. */
  readonly keeps: boolean;
}

const kinds: readonly Kind[] = [
  { name: 'S3, use_lockfile', backend: 's3', start: () => bucket(), tells: true, keeps: true },
  { name: 'S3, a table of DynamoDB', backend: 's3', start: bucketWithTable, tells: true, keeps: true },
  { name: 'PostgreSQL', backend: 'pg', start: postgres, tells: false, keeps: false },
  { name: 'a file', backend: 'local', start: aFile, tells: true, keeps: false },
];
const cases = kinds.flatMap((kind) => tools.map((tool) => ({ ...kind, tool })));

const told = {
  kind: 'terraform-locked',
  who: expect.stringMatching(/^[\w-]+@\S+$/),
  since: expect.stringMatching(/^\d{4}-/),
  operation: 'apply',
  id: expect.stringMatching(/^[\da-f-]{36}$/),
};
const undelivered = { who: undefined, since: undefined, operation: undefined, id: undefined };

describe.each(cases)('$tool with its state in $name', ({ tool, backend: type, start, tells, keeps }) => {
  let test: TestTerraform;
  let place: StatePlace;
  let backend: object;

  beforeEach(async () => {
    [test, place] = await Promise.all([TestTerraform.make(twoMachines(type)), start()]);
    backend = {
      backend: [{ file: test.file('backend', place.settings) }],
      env: Object.fromEntries(
        Object.entries(place.env).map(([name, text]) => [name, { file: test.file(name, text) }]),
      ),
    };
  }, aRun);
  afterEach(async () => {
    test.file('go');
    await place.end();
    await test.end();
  });

  const making = async () => {
    const terraform = await test.ready(tool, backend);
    const [began, go] = [path.join(test.root, 'began'), path.join(test.root, 'go')];
    const saved = await test.plan(terraform, {
      values: { making: waitingFor(began, go) },
      targets: [one],
    });
    const applied = test.apply(terraform, saved);
    applied.catch(() => undefined);
    await until(exists(began));
    return { terraform, applied };
  };

  it(
    'makes a state there, reads it, and refuses a plan made before it was written',
    async () => {
      const terraform = await test.ready(tool, backend);
      expect(await terraform.pull(limits)).toBeUndefined();
      const [first, second] = [await test.plan(terraform), await test.plan(terraform)];
      await test.apply(terraform, first);
      const pulled = await terraform.pull(limits);
      expect(pulled?.header.serial).toBeGreaterThan(0);
      expect(pulled?.text).toContain('k8s-work-2');
      expect(await reasonOf(test.apply(terraform, second))).toEqual({ kind: 'terraform-plan-stale', tool });
      expect((await test.plan(terraform)).changes).toBe(false);
      const again = await test.ready(tool, backend);
      expect((await again.pull(limits))?.header).toEqual(pulled?.header);
      expect(JSON.stringify(test.said)).not.toContain(place.secret);
    },
    aRun,
  );

  it(
    'is kept out by the lock of an apply, and comes in once that was killed',
    async () => {
      const { terraform, applied } = await making();
      const stranger = await test.ready(tool, backend, {
        records: new RunRecords(path.join(test.root, 'of another worker')),
      });
      const reason = await reasonOf(test.plan(stranger));
      expect(JSON.stringify(reason)).not.toContain(place.secret);
      expect(reason).toMatchObject(tells ? told : { kind: 'terraform-locked', ...undelivered });

      const pid = (await test.records.all())[0]?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await reasonOf(applied);
      test.said.length = 0;
      expect((await test.plan(terraform)).changes).toBe(true);
      const released = `releases the lock of process ${pid}, which Slipway started and which is dead`;
      expect(test.said.includes(released)).toBe(keeps);
      expect((await terraform.pull(limits))?.header.serial ?? 0).toBeGreaterThanOrEqual(0);
    },
    aRun,
  );
});

describe('a bucket at a real S3 server', () => {
  it(
    'says whether it keeps versions, and what the server does not know is not asked',
    async () => {
      const place = await bucket();
      try {
        if (!place.bucket) throw new Error('there is no bucket');
        const versions = async (): Promise<string | undefined> => {
          const answers = await bucketAnswers(place.bucket as Bucket, AbortSignal.timeout(aRun));
          expect(answers).toHaveLength(4);
          return answers.find(({ what }) => what === 'bucket, versions')?.verdict;
        };
        expect(await versions()).toBe('warn');
        const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
        const { status } = await askBucket(place.bucket, 'versioning', { method: 'PUT', body });
        expect(status).toBe(200);
        expect(await versions()).toBe('ok');
        const other = await askBucket({ ...place.bucket, secretKey: 'another' }, 'versioning');
        expect(other.status).toBe(403);
      } finally {
        await place.end();
      }
    },
    aRun,
  );
});

describe.each(tools)('%s with its state in S3', (tool) => {
  let test: TestTerraform;
  let place: StatePlace;

  beforeEach(async () => {
    [test, place] = await Promise.all([TestTerraform.make(twoMachines('s3')), bucket('')]);
  }, aRun);
  afterEach(async () => {
    await place.end();
    await test.end();
  });

  const withKey = (key: string, more = ''): object => ({
    backend: [{ file: test.file('backend', place.settings + more) }],
    env: {
      AWS_ACCESS_KEY_ID: { file: test.file('access', 'slipway') },
      AWS_SECRET_ACCESS_KEY: { file: test.file('key', key) },
    },
  });

  it(
    'is refused where nothing locks it',
    async () => {
      expect(await reasonOf(test.ready(tool, withKey(place.secret)))).toEqual({
        kind: 'terraform-lockless',
        backend: 's3',
        settings: ['use_lockfile', 'dynamodb_table'],
      });
    },
    aRun,
  );

  it(
    'repeats no key of the backend when that is refused',
    async () => {
      const wrong = withKey('another-key-than-that-one', 'use_lockfile = true\n');
      const reason = await reasonOf(test.ready(tool, wrong).then((terraform) => terraform.pull(limits)));
      expect(['terraform-init-failed', 'terraform-state-unreadable']).toContain(reason.kind);
      expect(JSON.stringify(reason)).not.toMatch(/another-key|wJalr/);
    },
    aRun,
  );
});
