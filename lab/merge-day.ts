import { readFile } from 'node:fs/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { projectRoot } from '../src/tools/project-root.js';
import { declaringVariables, inventoryWithTalos, variablesWithTalos } from './declared-talos.js';
import { FaultPlan } from './faults/fault-plan.js';
import type { Account } from './forge/accounts.js';
import type { FileChanges, MergeMethod } from './forge/bare-repository.js';
import { commitTo } from './forge/branches.js';
import { startForge, type Forge } from './forge/forge.js';
import type { ForgeRepository } from './forge/forge-repository.js';
import { changeLabels, mergePull, openPull } from './forge/pull-requests.js';
import { git } from './processes/git.js';
import { LabProcess } from './processes/lab-process.js';
import { startSinks, type Sinks } from './sinks/sinks.js';
import { cleanEnvironment } from './terminal.js';
import type { World } from './world.js';

/** A cluster that the repository declares. */
export interface DeclaredCluster {
  /** Its slipway.yaml, from the top of the repository. */
  readonly file: string;
  /** Where workers find its credentials. */
  readonly folder: string;
}

/** What a day of merges begins with. */
export interface MergeDayOptions {
  /** For forge, secrets, starter.yaml and logs. */
  readonly folder: string;
  /** What stands in the repository. */
  readonly files: FileChanges;
  readonly clusters: readonly DeclaredCluster[];
  /** Where Temporal is: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`. */
  readonly temporal: Readonly<Record<string, string>>;
  /** Default: `[webhook]`. A poll comes every ten seconds. */
  readonly trigger?: readonly ('webhook' | 'poll')[];
  /** Sinks that are there already; default: its own. */
  readonly sinks?: Sinks;
}

const repositoryName = 'acme/home-ops';
/** What the forge signs its webhooks with. */
export const webhookSecret = 'the-secret-of-the-webhooks-of-the-lab';
/** GitHub's least; a lab need not wait for a minute. */
const pollEvery = '10s';

/** A bump of a version, as a bot opens it. */
export interface Bump {
  /** `v1.12.2` */
  readonly talos: string;
  /** Which slipway.yaml. Default: the first cluster's. */
  readonly file?: string;
  readonly labels?: readonly string[];
  readonly by?: Account;
}

/**
 * A repository at the lab's forge, the real `slipway starter` beside it, and sinks that people are told by: what a lab needs for a day
 * on which upgrades begin by a merge. The forge lives in this process, the starter in one of its own.
 */
export class MergeDay {
  starter: LabProcess | undefined;
  /** Where the starter listens, once it did: it does so again after it was killed. */
  #port = 0;
  #starters = 0;

  private constructor(
    private readonly options: MergeDayOptions,
    readonly faults: FaultPlan,
    readonly forge: Forge,
    readonly repository: ForgeRepository,
    readonly sinks: Sinks,
    /** Who opens pull requests. */
    readonly bot: Account,
    /** Who merges them. */
    readonly owner: Account,
    readonly token: string,
  ) {}

  /** Starts forge, sinks and starter, and has the forge send its webhooks there. */
  static async start(options: MergeDayOptions): Promise<MergeDay> {
    const faults = new FaultPlan();
    const folder = path.join(options.folder, 'forge');
    const forge = await startForge({ folder, faults });
    const sinks = options.sinks ?? (await startSinks({ faults }));
    const repository = await forge.createRepository(repositoryName, { files: options.files });
    const bot = forge.accounts.account('renovate[bot]', 'Bot');
    const owner = forge.person('ada', { [repositoryName]: 'maintain' }).account;
    const { token } = forge.person('slipway-bot', { [repositoryName]: 'write' });
    const day = new MergeDay(options, faults, forge, repository, sinks, bot, owner, token);
    try {
      await day.startStarter();
    } catch (error) {
      await day.stop();
      throw error;
    }
    return day;
  }

  /** The same for the cluster of a lab: its slipway.yaml, and its Terraform configuration where it has one. */
  static async of(world: World, more: Pick<MergeDayOptions, 'trigger' | 'sinks'> = {}): Promise<MergeDay> {
    const { lab, folder } = world;
    const files = await filesOfLab(lab.directory, lab.hypervisor !== undefined);
    const [file, text] = ['slipway.yaml', files['slipway.yaml'] ?? ''];
    const bare = path.join(folder, 'forge', `${repositoryName}.git`);
    return MergeDay.start({
      folder,
      files: { ...files, [file]: lab.hypervisor ? withSource(text, bare) : text },
      clusters: [{ file, folder: lab.directory }],
      temporal: world.environment(),
      ...more,
    });
  }

  /** The address webhooks are sent to. */
  get door(): string {
    return `http://127.0.0.1:${this.#port}/webhooks/github`;
  }

  /** Lines that the starters wrote, the oldest first: JSON objects. */
  async told(): Promise<{ readonly kind: string; readonly status?: number; readonly verdict?: string }[]> {
    const texts = await Promise.all(
      Array.from({ length: this.#starters }, (_, index) => readFile(this.#log(index + 1), 'utf8')),
    );
    const lines = texts.flatMap((text) => text.split('\n').filter((line) => line.startsWith('{')));
    return lines.map((line) => JSON.parse(line) as { kind: string });
  }

  /** Starts a starter, as users do; it is ready when it listens. `temporal`: another way to it than that of the day; `trigger` the same. */
  async startStarter(temporal = this.options.temporal, trigger = this.options.trigger): Promise<void> {
    this.#starters += 1;
    const logFile = this.#log(this.#starters);
    const file = this.#writeSettings(trigger);
    const starter = LabProcess.start({
      name: `starter ${this.#starters}`,
      command: process.execPath,
      args: [path.join(projectRoot, 'bin/slipway.mjs'), 'starter', '--json', '--file', file],
      env: cleanEnvironment({ ...temporal }),
      logFile,
      ready: {
        timeoutMs: 60_000,
        probe: async () => ((await portIn(logFile)) ? undefined : 'it does not listen yet'),
      },
    });
    this.starter = starter;
    await starter.ready();
    this.#port = (await portIn(logFile)) ?? 0;
    if (this.#starters === 1) this.forge.hook(this.repository, this.door, webhookSecret);
  }

  /** As a power cut would. */
  async killStarter(): Promise<void> {
    await this.starter?.kill();
    this.starter = undefined;
  }

  /** What stands in a file of the main branch now. */
  async read(file: string): Promise<string> {
    return git(this.repository.git.directory, ['show', `main:${file}`]);
  }

  /** Opens a pull request that bumps Talos, as Renovate does. Answers its number. */
  async bump({ talos, file = this.options.clusters[0]?.file ?? '', labels = [], by }: Bump): Promise<number> {
    const files: Record<string, string> = { [file]: inventoryWithTalos(await this.read(file), talos) };
    const variables = path.posix.join(path.posix.dirname(file), 'terraform', declaringVariables);
    if (variables in this.options.files)
      files[variables] = variablesWithTalos(await this.read(variables), talos);
    const title = `Update Talos to ${talos}`;
    return this.propose({ files, title, labels, ...(by ? { by } : {}) });
  }

  /** Opens a pull request that changes files; null takes one away. Answers its number. */
  async propose(change: {
    readonly files: FileChanges;
    readonly title: string;
    readonly labels?: readonly string[];
    readonly by?: Account;
  }): Promise<number> {
    const { files, title, labels = [], by = this.bot } = change;
    const branch = `renovate/${this.repository.pulls.size + 1}`;
    await commitTo(this.repository, { branch, files, message: title }, by);
    const { number } = await openPull(this.repository, { title, head: branch, base: 'main' }, by);
    if (labels.length > 0) changeLabels(this.repository, number, { add: labels }, by);
    return number;
  }

  /** The owner merges it. Answers the commit, once the forge has sent its webhooks, or tried to. */
  async merge(number: number, method: MergeMethod = 'merge'): Promise<string> {
    const commit = await mergePull(this.repository, number, { method }, this.owner);
    await this.forge.settled();
    return commit;
  }

  /** Bumps, and merges at once. Answers the number of the pull request, and the commit. */
  async bumpAndMerge(bump: Bump): Promise<{ readonly number: number; readonly commit: string }> {
    const number = await this.bump(bump);
    return { number, commit: await this.merge(number) };
  }

  /** What Slipway's comments at a pull request say of one thing: what became of the merge, the plan of a cluster, how its run stands, or what was answered to a comment. */
  comments(number: number, of: 'merge' | 'plan' | 'run' | 'answer' = 'merge'): string[] {
    const all = [...this.repository.comments.values()];
    return all
      .filter(({ issue, by, body }) => issue === number && by.login === 'slipway-bot' && isOf(body, of))
      .map(({ body }) => body);
  }

  /** Ends everything of it. */
  async stop(): Promise<void> {
    await this.starter?.stop();
    await this.forge.stop();
    await this.sinks.stop();
  }

  get #url(): string {
    return `${this.forge.url}/${repositoryName}.git`;
  }

  #log(number: number): string {
    return path.join(this.options.folder, `starter-${number}.log`);
  }

  /** Writes starter.yaml, and the secrets beside it. */
  #writeSettings(trigger: MergeDayOptions['trigger'] = ['webhook']): string {
    const { folder, clusters } = this.options;
    const write = (name: string, text: string): string => {
      const file = path.join(folder, 'starter', name);
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    };
    write('webhook-secret', `${webhookSecret}\n`);
    // Workers may start relative paths elsewhere.
    const token = write('forge-token', `${this.token}\n`);
    const repository = {
      name: repositoryName,
      url: this.#url,
      api: this.forge.api,
      trigger,
      poll: pollEvery,
      secrets: [{ file: 'webhook-secret' }],
      access: { token: { file: token } },
      labels: { 'in-place': 'upgrade-pets', replace: 'upgrade-cattle' },
      clusters,
    };
    return write('starter.yaml', stringify({ listen: { port: this.#port }, repositories: [repository] }));
  }
}

/** What of a lab's folder stands in git. */
async function filesOfLab(directory: string, isRepository: boolean): Promise<Record<string, string>> {
  const names = isRepository ? (await git(directory, ['ls-files'])).split('\n') : ['slipway.yaml'];
  const texts = await Promise.all(names.map((name) => readFile(path.join(directory, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

/** An inventory whose Terraform configuration is checked out from the forge's own disk: a lab's Terraform has no token for git. */
function withSource(text: string, repository: string): string {
  const document = parseDocument(text);
  document.setIn(['terraform', 'source', 'repository'], repository);
  return document.toString({ lineWidth: 0 });
}

/** Each of its comments begins with a hidden mark. */
function isOf(body: string, of: string): boolean {
  return body.startsWith(`<!-- slipway:${of}/`);
}

/** The port that a starter has said it listens on. */
async function portIn(logFile: string): Promise<number | undefined> {
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const line = log.split('\n').find((one) => one.includes('"kind":"listening"'));
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
}
