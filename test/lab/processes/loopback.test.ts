import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeLoopback } from '../../../lab/processes/loopback.js';
import { ownIdentity } from '../../../src/tools/process-identity.js';

describe('a loopback network', () => {
  let locks = '';
  beforeEach(() => {
    locks = mkdtempSync(path.join(os.tmpdir(), 'slipway-locks-'));
  });
  afterEach(() => rmSync(locks, { recursive: true }));

  it('is one that no other lab holds', () => {
    expect([takeLoopback(locks).prefix, takeLoopback(locks).prefix]).toEqual(['127.64', '127.65']);
  });

  it('is free again when it was released', () => {
    const first = takeLoopback(locks);
    first.release();
    first.release();
    expect(takeLoopback(locks).prefix).toBe('127.64');
    expect(readdirSync(locks)).toEqual(['127.64.lock']);
  });

  it('is free again when its owner is dead, though another process has the same pid', () => {
    writeFileSync(path.join(locks, '127.64.lock'), JSON.stringify({ pid: process.pid, startTime: '1' }));
    expect(takeLoopback(locks).prefix).toBe('127.64');
    expect(JSON.parse(readFileSync(path.join(locks, '127.64.lock'), 'utf8'))).toEqual(ownIdentity());
  });

  it('is refused when all are held', () => {
    for (let count = 0; count < 64; count += 1) takeLoopback(locks);
    expect(() => takeLoopback(locks)).toThrow(/All loopback networks 127\.64 to 127\.127 are taken/);
  });
});
