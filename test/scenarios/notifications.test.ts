import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FaultPlan } from '../../lab/faults/fault-plan.js';
import { startFakeServices, type FakeServices } from '../../lab/fake-services/fake-services.js';
import { World } from '../../lab/world.js';
import { historyFacts, type HistoryFacts } from '../../src/runs/view/history-facts.js';
import { runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { onOneLine } from './what-is-said.js';

const [first, second, third] = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'] as const;
const hostile = '@everyone <!channel> **b** [x](https://evil.example) `c`';

/** Only here: the notifications of a run, by each service, and that nothing waits for a service. */
describe('the people whom slipway.yaml names', () => {
  let world: World;
  let fakeServices: FakeServices;
  let channel: string;
  let secrets: readonly string[];
  const faults = new FaultPlan();

  beforeAll(async () => {
    world = await World.start({ name: 'told' });
    fakeServices = await startFakeServices({ faults });
    channel = fakeServices.slack.channel('upgrades');
    const held = {
      discord: fakeServices.discord.webhook().url.replace(fakeServices.discord.url, 'https://discord.com'),
      topic: 'a-topic-that-nobody-can-guess',
      slack: fakeServices.slack.token(channel),
      url: fakeServices.webhook.hook,
      secret: fakeServices.webhook.secret,
    };
    secrets = [new URL(held.discord).pathname.split('/').at(-1) ?? '', held.topic, held.slack, held.secret];
    const folder = path.dirname(world.lab.inventory);
    for (const [name, text] of Object.entries(held))
      await writeFile(path.join(folder, `to-${name}`), `${text}\n`, { mode: 0o600 });
    const file = (name: keyof typeof held): object => ({ file: `to-${name}` });
    await setInInventory(
      world,
      ['notify'],
      [
        { discord: { webhook: file('discord') } },
        { ntfy: { server: fakeServices.ntfy.url, topic: file('topic') } },
        { slack: { token: file('slack'), channel } },
        { webhook: { url: file('url'), secret: file('secret') } },
      ],
    );
    await setInInventory(world, ['limits', 'remind'], '1s');
    await setInInventory(world, ['limits', 'decision'], '5m');
    const dialled = JSON.parse(await readFile(world.lab.dialMap, 'utf8')) as Record<string, string>;
    const services = { 'discord.com': fakeServices.discord.url, 'slack.com': fakeServices.slack.url };
    await writeFile(world.lab.dialMap, JSON.stringify({ ...dialled, ...services }));
    // A worker reads where to connect when it starts.
    await world.killWorker();
    await world.startWorker();
  });

  afterAll(async () => {
    await world.stop();
    await fakeServices.stop();
  });

  /** Kinds of a run's messages, by the receiver that gets all of them. */
  const kinds = (run: number): string[] =>
    fakeServices.webhook.received().flatMap(({ body, signature }) => {
      const { type, data } = body as { type: string; data: { run: number } };
      expect(signature).toBe('right');
      return data.run === run ? [type.replace('slipway.', '')] : [];
    });

  /** What each service shows of one run: all of its messages as one text, oldest first. */
  const shown = (run: number): Record<'discord' | 'ntfy' | 'slack', string> => {
    const of = (texts: readonly unknown[]): string =>
      texts
        .map((text) => JSON.stringify(text))
        .filter((text) => text.includes(`run ${run}`) || text.includes(`Run ${run}`))
        .join('\n');
    return {
      discord: of(fakeServices.discord.messages().map(({ form }) => form)),
      ntfy: of(fakeServices.ntfy.messages()),
      slack: of(fakeServices.slack.messages(channel)),
    };
  };

  const history = async (run: number): Promise<{ readonly facts: HistoryFacts; readonly text: string }> => {
    const { workflow } = await world.client();
    const recorded = await workflow.getHandle(runId(world.lab.cluster, run)).fetchHistory();
    return { facts: historyFacts(recorded), text: payloadsOf(recorded) };
  };

  it('are notified of its start, each node and its end, in order, also where a service asks for patience', async () => {
    faults.arm({ name: 'discord-limited', times: 2 });
    const run = await world.upgrade('--only', first);
    expect(await world.result(run)).toMatchObject({ outcome: 'done' });
    expect(kinds(run)).toEqual(['start', 'node-done', 'done']);
    for (const text of Object.values(shown(run))) {
      const places = [/begins: /, /runs v[\d.]+, after /, /is done: /].map((words) => text.search(words));
      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
    }
    const edited = fakeServices.discord.messages().filter(({ editedAt }) => editedAt !== undefined);
    expect(edited).toHaveLength(1);
    const { stdout: report } = await world.slipway('report', String(run));
    expect(report).toMatch(/\| discord \| \d+ \| none \| yes \|/);
    expect(edited[0]?.form['content']).toContain('done: 1 of 1 nodes');
  });

  it('cost a run one message a node, and no secret in its history', async () => {
    const { facts, text } = await history(1);
    // Its start, the status message of its first node, that node, its end.
    expect(facts.activities.filter(({ name }) => name === 'sendNotification')).toHaveLength(4);
    expect(text).toContain('people: start');
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('are notified of why it halted and what to type, are reminded, and read what others wrote as text', async () => {
    await world.control('POST', '/faults', { name: 'install-fails', node: second });
    const run = await world.upgrade('--only', second);
    // Each service gets its own delivery: that one has the reminder says nothing about the others.
    await world.until('people were reminded', () =>
      Promise.resolve(
        kinds(run).includes('reminder') &&
          Object.values(shown(run)).every((text) => text.includes('waits still, for ')),
      ),
    );
    const where = `${world.lab.cluster}/${run}`;
    for (const text of Object.values(shown(run))) {
      expect(text).toContain(`halted at ${second}`);
      expect(text).toContain(`slipway retry ${second} ${where}`);
      expect(text).toContain('waits still, for ');
    }
    expect((await world.slipway('skip', second, where, '--why', hostile)).code).toBe(0);
    expect(await world.result(run)).toMatchObject({ outcome: 'halted' });
    const sent = kinds(run).filter((kind) => kind !== 'reminder');
    expect(sent).toEqual(['start', 'halt', 'decided', 'ended']);
    const reminders = kinds(run).filter((kind) => kind === 'reminder').length;
    const called = fakeServices.discord.messages().flatMap(({ mentions }) => Object.values(mentions).flat());
    expect(called.filter((one) => one !== false)).toEqual([]);
    // In plain text, which blocks alone contain, Slack gives no character a meaning.
    for (const { text, blocks } of fakeServices.slack.messages(channel)) {
      expect(text).not.toMatch(/<[!@]/);
      expect(JSON.stringify(blocks)).not.toContain('"mrkdwn"');
    }
    expect(shown(run).discord).not.toContain('](https://evil.example)');
    expect((await world.slipway('release', '--why', 'looked at it')).code).toBe(0);
    // The reminders ended with the wait.
    expect((await history(run)).facts.timers.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
    expect(kinds(run).filter((kind) => kind === 'reminder')).toHaveLength(reminders);
  });

  it('are notified by the others where one service does not respond, and the run does not wait for it', async () => {
    faults.arm({ name: 'ntfy-hangs' });
    const run = await world.upgrade('--only', third);
    expect(await world.result(run)).toMatchObject({ outcome: 'done' });
    expect(kinds(run).filter((kind) => kind !== 'notifier-failing')).toEqual(['start', 'node-done', 'done']);
    const { facts } = await history(run);
    const [node] = facts.children;
    const delivery = facts.activities.find(({ name }) => name === 'sendNotification');
    // The first message was still under way when the node was begun.
    expect(Date.parse(node?.startedAt ?? '')).toBeLessThan(Date.parse(delivery?.endedAt ?? ''));
    expect(kinds(run)).toContain('notifier-failing');
    const others = fakeServices.slack.messages(channel).map(({ text }) => text);
    expect(others).toContainEqual(expect.stringContaining('ntfy cannot be notified'));
    const status = await world.says();
    expect(onOneLine(status)).toMatch(/ntfy cannot be notified \(\d+ messages since .*\): /);
    const { stdout: report } = await world.slipway('report', String(run));
    expect(report).toMatch(/\| slack \| \d+ \| none \| yes \|/);
    expect(report).toMatch(/\| ntfy \| 0 \| \d+ \| no longer, since /);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

/** Everything that stands in a history, as text. */
function payloadsOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(payloadsOf).join('\n');
}
