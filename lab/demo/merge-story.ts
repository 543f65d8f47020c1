import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { FaultPlan } from '../faults/fault-plan.js';
import { writeComment } from '../fake-github/comments.js';
import { MergeDay } from '../merge-day.js';
import { startFakeServices, type FakeServices } from '../fake-services/fake-services.js';
import type { World } from '../world.js';

/** The version of the pull request's bump. */
const target = 'v1.12.2';
/** The version on its base branch; the lab's machines run it. */
export const declaredBefore = 'v1.12.1';

/**
 * A day of merges: a bot bumps Talos; a person reads the plan on the pull request, merges it, and approves there; people get notifications.
 * It prints the comments on the fake GitHub and the messages in the channels through `say`.
 */
export class MergeStory {
  private number = 0;

  private constructor(
    private readonly world: World,
    private readonly day: MergeDay,
    private readonly fakeServices: FakeServices,
    private readonly say: (text: string) => void,
  ) {}

  /**
   * Puts the cluster's slipway.yaml into a repository at a fake GitHub, with a starter that receives its webhooks, and with notification
   * receivers.
   */
  static async start(world: World, say: (text: string) => void): Promise<MergeStory> {
    const fakeServices = await startFakeServices({ faults: new FaultPlan() });
    await declareReceivers(world, fakeServices);
    const day = await MergeDay.of(world, { fakeServices });
    return new MergeStory(world, day, fakeServices, say);
  }

  /** From the bump to the approval. Returns the number of the run. */
  async untilApproved(): Promise<number> {
    const { world, day, say } = this;
    const run = 1;
    this.number = await day.bump({ talos: target, labels: ['upgrade-pets'] });
    say(`renovate[bot] opens pull request #${this.number}: Update Talos to ${target}`);
    await world.until('the plan stands there', async () => day.comments(this.number, 'plan').length > 0);
    say(quoted(`slipway-bot, at #${this.number}`, day.comments(this.number, 'plan')));
    say(`ada reads it, and merges #${this.number}.`);
    await day.merge(this.number);
    await world.until('the run waits', async () => day.comments(this.number, 'run').length > 0);
    say(quoted(`slipway-bot, at #${this.number}`, day.comments(this.number, 'run')));
    const [hash = ''] = /(?<=\/slipway approve )\w+/.exec(day.comments(this.number, 'run').join('')) ?? [];
    const yes = `/slipway approve ${hash} all quiet this morning`;
    writeComment(day.repository, this.number, yes, day.owner);
    say(`ada writes at #${this.number}: ${yes}`);
    await world.until('it is heard', () => Promise.resolve(this.states().includes('in_progress')));
    await world.until('it is answered', () =>
      Promise.resolve(day.comments(this.number, 'answer').length > 0),
    );
    say(quoted(`slipway-bot, at #${this.number}`, day.comments(this.number, 'answer')));
    return run;
  }

  /** The final comments on the pull request and messages in the channels. */
  async tellTheEnd(): Promise<void> {
    const { day, fakeServices, world } = this;
    await world.until('the pull request has the result', async () =>
      day.comments(this.number, 'run').some((body) => body.includes('is done') || body.includes('ended as')),
    );
    this.say(quoted(`slipway-bot, at #${this.number}`, day.comments(this.number, 'run')));
    this.say(`Its deployment at the fake GitHub: ${this.states().join(', ')}`);
    const discord = fakeServices.discord.messages().map(({ form }) => titleOf(form));
    this.say(`Discord, ${discord.length} messages:\n${discord.map((title) => `  ${title}`).join('\n')}`);
    this.say(`ntfy: ${fakeServices.ntfy.messages().length} messages`);
  }

  /** The states of the merged commit's deployment, in order. */
  private states(): readonly string[] {
    return [...this.day.repository.deployments.values()].flatMap(({ statuses }) =>
      statuses.map(({ state }) => state),
    );
  }

  async stop(): Promise<void> {
    await this.day.stop();
  }
}

/** Configures notifications to Discord and ntfy, and approval for a patch; its worker restarts, since it reads addresses once. */
async function declareReceivers(world: World, fakeServices: FakeServices): Promise<void> {
  const folder = path.dirname(world.lab.inventory);
  const discord = fakeServices.discord.webhook().url.replace(fakeServices.discord.url, 'https://discord.com');
  await writeFile(path.join(folder, 'to-discord'), `${discord}\n`, { mode: 0o600 });
  await writeFile(path.join(folder, 'to-topic'), 'prox-ops-of-the-demo\n', { mode: 0o600 });
  const document = parseDocument(await readFile(world.lab.inventory, 'utf8'));
  document.setIn(['upgrade', 'approve'], document.createNode(['patch']));
  document.setIn(
    ['notify'],
    document.createNode([
      { discord: { webhook: { file: 'to-discord' } } },
      { ntfy: { server: fakeServices.ntfy.url, topic: { file: 'to-topic' } } },
    ]),
  );
  await writeFile(world.lab.inventory, document.toString({ lineWidth: 0 }));
  const dialled = JSON.parse(await readFile(world.lab.dialMap, 'utf8')) as Record<string, string>;
  await writeFile(world.lab.dialMap, JSON.stringify({ ...dialled, 'discord.com': fakeServices.discord.url }));
  await world.killWorker();
  await world.startWorker();
}

/** A comment without its hidden and folded parts. */
function quoted(who: string, bodies: readonly string[]): string {
  const shown = bodies
    .join('\n\n')
    .replaceAll(/<details>.*?<\/details>/gs, '')
    .replaceAll(/<!--.*?-->\n?/gs, '')
    .replaceAll(/<\/?sub>/g, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return `${who}:\n${shown
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n')}`;
}

/** The first line of a message in a channel. */
function titleOf(form: Record<string, unknown>): string {
  const [line = ''] = (typeof form['content'] === 'string' ? form['content'] : '').split('\n');
  return line;
}
