import { describe, expect, test } from '@jest/globals';
import {
  NotAsked,
  needed,
  runChecks,
  type Answer,
  type Check,
  type NamedAnswer,
} from '../../../src/cli/doctor/check.js';
import { doctorText, tally } from '../../../src/cli/doctor/doctor-text.js';
import { Refusal } from '../../../src/tools/refusal.js';

const row = (
  what: string,
  ask: (signal: AbortSignal) => Promise<Answer | readonly NamedAnswer[]>,
  limitMs = 10_000,
): Check => ({ group: 'tools', what, limitMs, ask });

const never = new Promise<never>(() => undefined);

describe('runChecks', () => {
  test('a check without a result fails at its timeout and its signal aborts; the other results are complete', async () => {
    let aborted = false;
    const hangs = row(
      'hangs',
      (signal) => {
        signal.addEventListener('abort', () => (aborted = true));
        return never;
      },
      20,
    );
    const findings = await runChecks([hangs, row('well', async () => ({ verdict: 'ok', says: 'Yes.' }))], {
      cluster: 'atlas',
    });
    expect(findings).toEqual([
      { group: 'tools', what: 'hangs', verdict: 'fail', says: 'No answer within 0 s.' },
      { group: 'tools', what: 'well', verdict: 'ok', says: 'Yes.' },
    ]);
    expect(aborted).toBe(true);
  });

  test('a refusal fails with its sentence and what to type; any other error with its message', async () => {
    const refusal = new Refusal({
      kind: 'credential-unreadable',
      which: 'kubeconfig',
      reference: 'file kubeconfig',
      why: 'ENOENT',
    });
    const throws = (error: Error): Check =>
      row(error.name, async () => {
        throw error;
      });
    const [first, second] = await runChecks([throws(refusal), throws(new TypeError('odd'))], {
      cluster: 'atlas',
    });
    expect(first).toMatchObject({
      verdict: 'fail',
      says: 'the kubeconfig cannot be read from file kubeconfig: ENOENT.',
    });
    expect(first?.type?.length).toBeGreaterThan(0);
    expect(second).toMatchObject({ verdict: 'fail', says: 'odd.' });
  });

  test('a check whose dependency failed is not asked, with the root cause', async () => {
    const failed = Promise.reject(new Error('broken'));
    failed.catch(() => undefined);
    const inner = () => needed(failed, 'Temporal does not answer');
    const outer = row('worker', async () => {
      await needed(inner(), 'the namespace is not there');
      return { verdict: 'ok', says: 'Yes.' };
    });
    expect(await runChecks([outer], { cluster: 'atlas' })).toEqual([
      { group: 'tools', what: 'worker', verdict: 'not-asked', says: 'Temporal does not answer.' },
    ]);
  });

  test('a check of several things gives a row for each', async () => {
    const several: NamedAnswer[] = [
      { what: 'talosctl 1.12', verdict: 'ok', says: 'Here.' },
      { what: 'talosctl 1.13', verdict: 'fail', says: 'Missing.' },
    ];
    const findings = await runChecks([row('talosctl', async () => several)], { cluster: 'atlas' });
    expect(findings.map(({ what }) => what)).toEqual(['talosctl 1.12', 'talosctl 1.13']);
    expect(tally(findings)).toEqual({ ok: 1, warn: 0, fail: 1, 'not-asked': 0 });
  });
});

describe('the table', () => {
  const text = doctorText(
    'atlas',
    [
      { group: 'tools', what: 'kubectl', verdict: 'ok', says: '1.35.4.', type: ['never shown'] },
      {
        group: 'temporal',
        what: 'worker',
        verdict: 'fail',
        says: 'No worker answers.',
        type: ['node worker.js'],
      },
      { group: 'temporal', what: 'retention', verdict: 'warn', says: `${'word '.repeat(30)}end.` },
      { group: 'marks', what: 'marks', verdict: 'not-asked', says: 'Kubernetes does not answer.' },
    ],
    { tookMs: 2_000, width: 80 },
  );

  test('names each group that has a row, and only failures and warnings say what to type', () => {
    expect(text).toMatch(/^Programs$/m);
    expect(text).not.toContain('Image Factory');
    expect(text).toContain('node worker.js');
    expect(text).not.toContain('never shown');
    expect(text).toContain('· marks      not asked: Kubernetes does not answer.');
  });

  test('wraps sentences to the width and sums up', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.split('\n').at(-1)).toBe('atlas: 1 ok, 1 warning, 1 failed, 1 not asked, in 2s.');
  });

  test('a reason may be thrown by the check itself', async () => {
    const asked = row('clock', () => Promise.reject(new NotAsked('no API server answers')));
    expect(await runChecks([asked], { cluster: 'atlas' })).toMatchObject([{ verdict: 'not-asked' }]);
  });
});
