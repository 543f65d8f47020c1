import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { addApprovalApi } from '../../src/starter/approval-api.js';
import type { PlanAnswered, PlanAnswerRequest } from '../../src/starter/answer-plan.js';
import { bearerOf, readTokens, type KnownToken } from '../../src/starter/api-tokens.js';
import { createWebhookServer, type WebhookAnswer } from '../../src/starter/webhook-server.js';
import { parseStarterSettings } from '../../src/starter/load-settings.js';
import { goodText } from './a-starter.js';

const ci = 'a-token-of-ci-that-nobody-guesses';
const desk = 'a-token-of-the-desk-nobody-guesses';
const plan = '3f2a8c91d0aa'.padEnd(64, '0');
const good = { plan: '3f2a8c91d0aa', why: 'the fix is urgent' };
const approval = { plan, by: 'token:ci', why: good.why, at: '2026-11-23T12:00:00.000Z' };
const approved: PlanAnswered = { kind: 'answered', answer: { verdict: 'approved', approval } };

let folder: string;
let tokens: KnownToken[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-api-'));
  await writeFile(path.join(folder, 'ci'), `${ci}\n`);
  await writeFile(path.join(folder, 'desk'), desk);
  await writeFile(path.join(folder, 'short'), 'abc');
  tokens = await readTokens({
    base: folder,
    tokens: [
      { name: 'ci', token: { file: 'ci' }, may: ['approve'] },
      { name: 'desk', token: { file: 'desk' }, may: ['approve'], clusters: ['atlas'] },
    ],
  });
});
afterAll(() => rm(folder, { recursive: true }));

let app: FastifyInstance;
let asked: PlanAnswerRequest[];
let reported: WebhookAnswer[];
let answer: () => Promise<PlanAnswered>;
beforeEach(() => {
  asked = [];
  reported = [];
  answer = () => Promise.resolve(approved);
  app = createWebhookServer({
    repositories: [],
    signed: [],
    start: () => Promise.resolve('accepted'),
    whyNotReady: () => Promise.resolve(undefined),
    tell: (one) => reported.push(one),
    now: () => new Date(),
  });
  void app.register((within, _options, done) => {
    const ask = (request: PlanAnswerRequest): Promise<PlanAnswered> => {
      asked.push(request);
      return answer();
    };
    addApprovalApi(within, { tokens, answer: ask, tell: (one) => reported.push(one) });
    done();
  });
});
afterEach(() => app.close());

async function post(changes: InjectOptions & { readonly token?: string | undefined } = {}) {
  const { token = ci, headers, ...rest } = changes;
  const found = await app.inject({
    method: 'POST',
    url: '/api/clusters/prox-ops/runs/42/approve',
    headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
    payload: good,
    ...rest,
  });
  return { status: found.statusCode, headers: found.headers, body: found.json<Record<string, unknown>>() };
}

describe('a token of starter.yaml', () => {
  test('answers a plan in its name, and gets what the run keeps', async () => {
    expect(await post()).toMatchObject({ status: 200, body: { verdict: 'approved', approval } });
    expect(asked).toEqual([
      {
        cluster: 'prox-ops',
        run: 42,
        verb: 'approve',
        input: { ...good, by: 'token:ci', from: "the starter's API" },
        updateId: expect.any(String),
      },
    ]);
    await post({ url: '/api/clusters/atlas/runs/7/reject', token: desk });
    expect(asked[1]).toMatchObject({ cluster: 'atlas', run: 7, verb: 'reject', input: { by: 'token:desk' } });
    expect(reported[0]).toMatchObject({
      status: 200,
      by: 'token:ci',
      path: '/api/clusters/prox-ops/runs/42/approve',
    });
    expect(JSON.stringify(reported)).not.toContain('nobody-guesses');
  });

  test.each<[string, number, Parameters<typeof post>[0], RegExp]>([
    ['nobody’s', 401, { token: '' }, /Authorization: Bearer TOKEN/],
    ['a wrong one', 401, { token: `${ci}x` }, /Authorization: Bearer TOKEN/],
    ['the beginning of one', 401, { token: ci.slice(0, -1) }, /Authorization: Bearer TOKEN/],
    ['not by Bearer', 401, { token: '', headers: { authorization: `Basic ${ci}` } }, /Bearer/],
    ['in the address', 401, { token: '', query: { token: ci } }, /Bearer/],
    ['of another cluster', 403, { token: desk }, /token desk may not answer for prox-ops/],
    ['for what is no cluster', 404, { url: '/api/clusters/Prox_Ops/runs/42/approve' }, /a run is named/],
    ['for what is no run', 404, { url: '/api/clusters/prox-ops/runs/0x2a/approve' }, /a run is named/],
    ['without a reason', 422, { payload: { ...good, why: ' ' } }, /why: a reason is kept/],
    ['with a name of its choice', 422, { payload: { ...good, by: 'Ada' } }, /by/],
    ['with what is no hash', 422, { payload: { ...good, plan: '3f2a8c9' } }, /plan: it is the hash/],
    ['without a body', 415, { payload: '', headers: { 'content-type': 'text/plain' } }, /application\/json/],
    [
      'with broken JSON',
      422,
      { payload: '{"plan"', headers: { 'content-type': 'application/json' } },
      /no JSON/,
    ],
    ['with a list', 422, { payload: [good] }, /the body/],
    ['with far too much', 413, { payload: { ...good, why: 'x'.repeat(20_000) } }, /larger than 16 KiB/],
  ])('%s is answered with %i', async (_case, status, changes, said) => {
    const found = await post(changes);
    expect(found).toMatchObject({ status, body: { verdict: 'refused', why: expect.stringMatching(said) } });
    expect(asked).toEqual([]);
    expect(reported).toMatchObject([{ status, verdict: 'refused' }]);
    expect(JSON.stringify([found, reported])).not.toContain(ci.slice(0, -1));
  });

  test.each<[PlanAnswered, number, RegExp]>([
    [{ kind: 'refused', why: 'The run asks about another plan.' }, 409, /another plan/],
    [{ kind: 'ended' }, 409, /run 42 of prox-ops has ended/],
    [{ kind: 'unknown' }, 404, /no run 42/],
    [{ kind: 'unanswered', sent: false }, 503, /nothing was sent/],
    [{ kind: 'unanswered', sent: true }, 503, /one may still hear it/],
  ])('hears of %j', async (answered, status, said) => {
    answer = () => Promise.resolve(answered);
    expect(await post()).toMatchObject({ status, body: { why: expect.stringMatching(said) } });
  });

  test('gets a response that Temporal is away', async () => {
    answer = () => Promise.reject(new Error('14 UNAVAILABLE'));
    expect(await post()).toMatchObject({
      status: 503,
      body: { verdict: 'unavailable' },
      headers: { 'retry-after': '30' },
    });
  });

  test('is nothing for browsers: no page of another origin is let in', async () => {
    const { headers } = await post({ headers: { origin: 'https://evil.example' } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const url = '/api/clusters/prox-ops/runs/42/approve';
    expect((await app.inject({ method: 'OPTIONS', url })).statusCode).toBe(404);
    expect((await app.inject({ method: 'GET', url })).statusCode).toBe(404);
  });

  test('is compared whole', () => {
    expect(bearerOf(tokens, `Bearer ${desk}`)?.name).toBe('desk');
    for (const header of [undefined, '', 'Bearer', 'Bearer ', `Bearer ${ci} ${ci}`, `Bearer\n${ci}`, ci])
      expect(bearerOf(tokens, header)).toBeUndefined();
  });

  test('that could be guessed, or is two people’s, keeps the starter from starting', async () => {
    const read = (...files: string[]) =>
      readTokens({
        base: folder,
        tokens: files.map((file, index) => ({ name: `t${index}`, token: { file }, may: ['approve'] })),
      });
    await expect(read('short')).rejects.toThrow('token t0 has 3 characters');
    await expect(read('ci', 'ci')).rejects.toThrow('tokens t0 and t1 are the same');
    await expect(read('missing')).rejects.toMatchObject({ reason: { kind: 'credential-unreadable' } });
  });

  test('stands in starter.yaml by reference, once', () => {
    const parsed = (more: string) => parseStarterSettings(`${goodText}${more}`, '/etc/slipway/starter.yaml');
    const one = '{ name: ci, token: { env: CI }, may: [approve] }';
    expect(parsed(`tokens: [${one}]\n`)).toMatchObject({ ok: true, settings: { tokens: [{ name: 'ci' }] } });
    expect(parsed('')).toMatchObject({ ok: true, settings: { tokens: [] } });
    expect(parsed(`tokens: [${one}, ${one}]\n`)).toMatchObject({
      ok: false,
      mistakes: [{ what: 'ci stands here twice' }],
    });
    const byValue = parsed(`tokens: [{ name: ci, token: ${ci}, may: [approve] }]\n`);
    expect(byValue.ok).toBe(false);
    expect(JSON.stringify(byValue)).not.toContain(ci);
  });
});
