import { describe, expect, test } from '@jest/globals';
import { judgeLock, type RecordedRun } from '../../../src/tools/terraform/lock-owner.js';
import { lockIn, operationWord, type StateLock } from '../../../src/tools/terraform/state-lock.js';
import { errorsIn } from '../../../src/tools/terraform/terraform-events.js';

const advice = `
Terraform acquires a state lock to protect the state from being written
by multiple users at the same time. Please resolve the issue above and try
again. For most commands, you can disable locking with the "-lock=false"
flag, but this is not recommended.`;

/** As Terraform 1.11.4 prints it, with bars and without. */
const text = (message: string, info: string, bar = ''): string =>
  [
    '╷',
    `Error: Error acquiring the state lock`,
    '',
    `Error message: ${message}`,
    ...info.split('\n'),
    advice,
    '╵',
  ]
    .join('\n')
    .split('\n')
    .map((line) => (line === '╷' || line === '╵' ? (bar ? line : '') : `${bar}${line}`))
    .join('\n');

const info = (id: string, operation = 'OperationTypeApply'): string => `Lock Info:
  ID:        ${id}
  Path:      prox-ops-terraform-state/talos-cluster/terraform.tfstate
  Operation: ${operation}
  Who:       ops@baldar
  Version:   1.11.4
  Created:   2026-11-22 08:14:05.123456789 +0000 UTC
  Info:      
`;

const id = '0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10';
const created = Date.parse('2026-11-22T08:14:05.123Z');
const s3 = `operation error S3: PutObject, https response error StatusCode: 412, RequestID: 17E, api error
PreconditionFailed: At least one of the pre-conditions you specified did not hold`;

describe('the lock in an error', () => {
  test.each([
    ['S3', s3, '', id],
    ['S3 with bars', s3, '│ ', id],
    ['DynamoDB', 'ConditionalCheckFailedException: The conditional request failed', '', id],
    ['Google', 'writing "gs://states/default.tflock" failed: googleapi: Error 412', '', '1763799245123456'],
    ['local', 'resource temporarily unavailable', '│ ', id],
  ])('of %s', (_, message, bar, lockId) => {
    const [lock] = errorsIn(text(message, info(lockId), bar)).map(lockIn);
    expect(lock).toEqual({
      id: lockId,
      path: 'prox-ops-terraform-state/talos-cluster/terraform.tfstate',
      operation: 'OperationTypeApply',
      who: 'ops@baldar',
      version: '1.11.4',
      created,
    });
    expect(lock && operationWord(lock)).toBe('apply');
  });

  test('of http in Terraform: the client that asks is not reported as the owner', () => {
    const held = '5b0c1c1e-0000-4444-8888-1234567890ab';
    const [lock] = errorsIn(text(`HTTP remote state already locked: ID=${held}`, info(id))).map(lockIn);
    expect(lock).toEqual({ id: held });
  });

  test('of a backend without details', () => {
    const [lock] = errorsIn(text('the state is already locked by another terraform client', '')).map(lockIn);
    expect(lock).toEqual({});
  });

  test('is none in another error', () => {
    expect(
      errorsIn('\nError: Error loading state\n\nsomething with Lock Info:\n  ID: x\n').map(lockIn),
    ).toEqual([undefined]);
  });
});

describe('the owner of a lock', () => {
  const lock: StateLock = {
    id,
    path: undefined,
    operation: 'OperationTypeApply',
    who: 'root@worker',
    version: '1.11.4',
    created,
  };
  const run: RecordedRun = {
    pid: 4711,
    operation: 'apply',
    who: 'root@worker',
    version: '1.11.4',
    startedAt: created - 1_000,
    seenAlive: created + 60_000,
    lockId: undefined,
    life: 'dead',
  };
  const around = { runs: [run], askedAt: created + 300_000, who: 'root@worker', strangers: [] };

  test('is a dead process where everything matches', () => {
    expect(judgeLock(lock, around)).toEqual({ release: true, run });
  });

  test('is a dead process that was observed holding it, whatever the backend reports', () => {
    const seen = { ...run, lockId: id };
    const silent = { ...lock, who: undefined, created: undefined };
    expect(judgeLock(silent, { ...around, runs: [seen], strangers: [0] })).toEqual({
      release: true,
      run: seen,
    });
  });

  test.each<[string, Partial<StateLock>, Partial<RecordedRun>, object]>([
    ['no id', { id: undefined }, {}, {}],
    ['another user or host', { who: 'root@other' }, {}, {}],
    ['another version', { version: '1.11.3' }, {}, {}],
    ['another operation', { operation: 'OperationTypePlan' }, {}, {}],
    ['taken before it was started', { created: created - 10_000 }, {}, {}],
    ['taken after it was last seen alive', {}, { seenAlive: created - 10_000 }, {}],
    ['it lives', {}, { life: 'lives' }, {}],
    ['it lives, and was seen holding it', {}, { life: 'lives', lockId: id }, {}],
    ['it is of another place', {}, { life: 'unknown' }, {}],
    ['it is of another place, and was seen holding it', {}, { life: 'unknown', lockId: id }, {}],
    ['no time', { created: undefined }, {}, {}],
    ['nobody named', { who: undefined }, {}, {}],
    ['nothing recorded', {}, {}, { runs: [] }],
    ['two that fit', {}, {}, { runs: [run, { ...run, pid: 4712 }] }],
    ['another Terraform of this machine was there', {}, {}, { strangers: [created - 60_000] }],
    ['the one who asks', {}, {}, { askedAt: created - 500 }],
  ])('is left to a person: %s', (_, ofLock, ofRun, more) => {
    const judgement = judgeLock({ ...lock, ...ofLock }, { ...around, runs: [{ ...run, ...ofRun }], ...more });
    expect(judgement).toMatchObject({ release: false, why: expect.stringMatching(/.{20}/) });
  });

  test('of a process on another machine or in another container is reported as its lock, whatever the backend reports', () => {
    const there = { ...run, who: 'ops@elsewhere', life: 'unknown' as const, lockId: id };
    const silent = { ...lock, who: undefined, created: undefined };
    expect(judgeLock(silent, { ...around, runs: [there] })).toEqual({
      release: false,
      told: true,
      why: 'Slipway started process 4711 as ops@elsewhere on another machine or in another container, and only there it can be seen whether it lives',
    });
  });

  test('is not the local dead process where one of another place matches as well', () => {
    const there = { ...run, pid: 12, life: 'unknown' as const };
    expect(judgeLock(lock, { ...around, runs: [run, there] })).toMatchObject({
      release: false,
      why: expect.stringContaining('process 12 as root@worker on another machine'),
    });
  });

  test('a Terraform that a person started later is not the owner of an earlier lock', () => {
    expect(judgeLock(lock, { ...around, strangers: [created + 60_000] })).toMatchObject({ release: true });
  });

  test('a backend’s invented owner is not reported', () => {
    expect(judgeLock(lock, { ...around, runs: [], askedAt: created - 500 })).toMatchObject({
      told: false,
      madeUp: true,
    });
    expect(judgeLock(lock, { ...around, runs: [] })).toMatchObject({ told: true });
  });
});
