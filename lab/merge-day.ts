import { readFile } from 'node:fs/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { projectRoot } from '../src/tools/project-root.js';
import { declaringVariables, inventoryWithTalos, variablesWithTalos } from './declared-talos.js';
import { FaultPlan } from './faults/fault-plan.js';
import type { Account } from './fake-github/accounts.js';
import type { FileChanges, MergeMethod } from './fake-github/bare-repository.js';
import { commitTo } from './fake-github/branches.js';
import { startFakeGitHub, type FakeGitHub } from './fake-github/fake-github.js';
import type { GitHostRepository } from './fake-github/hosted-repository.js';
import { changeLabels, mergePull, openPull } from './fake-github/pull-requests.js';
import { git } from './processes/git.js';
import { LabProcess } from './processes/lab-process.js';
import { startFakeServices, type FakeServices } from './fake-services/fake-services.js';
import { cleanEnvironment } from './terminal.js';
import type { World } from './world.js';

/** A cluster that the repository declares. */
export interface DeclaredCluster {
  /** Its slipway.yaml, from the top of the repository. */
  readonly file: string;
  /** The folder of its credentials for workers. */
  readonly folder: string;
}

/** The settings of a day of merges. */
export interface MergeDayOptions {
  /** The folder of the fake GitHub, secrets, starter.yaml and logs. */
  readonly folder: string;
  /** The content of the repository. */
  readonly files: FileChanges;
  readonly clusters: readonly DeclaredCluster[];
  /** Temporal's address: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`. */
  readonly temporal: Readonly<Record<string, string>>;
  /** Default: `[webhook]`. A poll comes every ten seconds. */
  readonly trigger?: readonly ('webhook' | 'poll')[];
  /** Existing fake services; default: its own. */
  readonly fakeServices?: FakeServices;
}

const repositoryName = 'acme/home-ops';
/** The secret that the fake GitHub signs its webhooks with. */
export const webhookSecret = 'the-secret-of-the-webhooks-of-the-lab';
/** GitHub's minimum; a lab need not wait for a minute. */
const pollEvery = '10s';

/** A version bump, as a bot opens it. */
export interface Bump {
  /** `v1.12.2` */
  readonly talos: string;
  /** Which slipway.yaml. Default: the first cluster's. */
  readonly file?: string;
  readonly labels?: readonly string[];
  readonly by?: Account;
}

/**
 * A repository at the lab's fake GitHub, the real `slipway starter` beside it, and fake notification services: everything for upgrades that
 * begin with a merge. The fake GitHub runs in this process, the starter in its own.
 */
export class MergeDay {
  starter: LabProcess | undefined;
  /** The starter's port from its first start on: it listens there again after it was killed. */
  #port = 0;
  #starters = 0;

  private constructor(
    private readonly options: MergeDayOptions,
    readonly faults: FaultPlan,
    readonly gitHost: FakeGitHub,
    readonly repository: GitHostRepository,
    readonly fakeServices: FakeServices,
    /** Who opens pull requests. */
    readonly bot: Account,
    /** Who merges them. */
    readonly owner: Account,
    readonly token: string,
  ) {}

  /** Starts fake GitHub, fake services and starter, and creates the webhooks. */
  static async start(options: MergeDayOptions): Promise<MergeDay> {
    const faults = new FaultPlan();
    const folder = path.join(options.folder, 'github');
    const gitHost = await startFakeGitHub({ folder, faults });
    const fakeServices = options.fakeServices ?? (await startFakeServices({ faults }));
    const repository = await gitHost.createRepository(repositoryName, { files: options.files });
    const bot = gitHost.accounts.account('renovate[bot]', 'Bot');
    const owner = gitHost.person('ada', { [repositoryName]: 'maintain' }).account;
    const { token } = gitHost.person('slipway-bot', { [repositoryName]: 'write' });
    const day = new MergeDay(options, faults, gitHost, repository, fakeServices, bot, owner, token);
    try {
      await day.startStarter();
    } catch (error) {
      await day.stop();
      throw error;
    }
    return day;
  }

  /** The same for a lab's cluster: its slipway.yaml, and its Terraform configuration where it has one. */
  static async of(
    world: World,
    more: Pick<MergeDayOptions, 'trigger' | 'fakeServices'> = {},
  ): Promise<MergeDay> {
    const { lab, folder } = world;
    const files = await filesOfLab(lab.directory, lab.hypervisor !== undefined);
    const [file, text] = ['slipway.yaml', files['slipway.yaml'] ?? ''];
    const bare = path.join(folder, 'github', `${repositoryName}.git`);
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

  /** Log lines of the starters, the oldest first: JSON objects. */
  async told(): Promise<{ readonly kind: string; readonly status?: number; readonly verdict?: string }[]> {
    const texts = await Promise.all(
      Array.from({ length: this.#starters }, (_, index) => readFile(this.#log(index + 1), 'utf8')),
    );
    const lines = texts.flatMap((text) => text.split('\n').filter((line) => line.startsWith('{')));
    return lines.map((line) => JSON.parse(line) as { kind: string });
  }

  /** Starts a starter, as users do; it is ready when it listens. `temporal`: another Temporal than that of the day; `trigger` likewise. */
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
    if (this.#starters === 1) this.gitHost.hook(this.repository, this.door, webhookSecret);
  }

  /** Kills it as a power cut would. */
  async killStarter(): Promise<void> {
    await this.starter?.kill();
    this.starter = undefined;
  }

  /** The present content of a file on the main branch. */
  async read(file: string): Promise<string> {
    return git(this.repository.git.directory, ['show', `main:${file}`]);
  }

  /** Opens a pull request that bumps Talos, as Renovate does. Returns its number. */
  async bump({ talos, file = this.options.clusters[0]?.file ?? '', labels = [], by }: Bump): Promise<number> {
    const files: Record<string, string> = { [file]: inventoryWithTalos(await this.read(file), talos) };
    const variables = path.posix.join(path.posix.dirname(file), 'terraform', declaringVariables);
    if (variables in this.options.files)
      files[variables] = variablesWithTalos(await this.read(variables), talos);
    const title = `Update Talos to ${talos}`;
    return this.propose({ files, title, labels, ...(by ? { by } : {}) });
  }

  /** Opens a pull request that changes files; null deletes one. Returns its number. */
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

  /** The owner merges it. Returns the commit, once the fake GitHub has delivered its webhooks, or tried to. */
  async merge(number: number, method: MergeMethod = 'merge'): Promise<string> {
    const commit = await mergePull(this.repository, number, { method }, this.owner);
    await this.gitHost.settled();
    return commit;
  }

  /** Bumps, and merges at once. Returns the number of the pull request, and the commit. */
  async bumpAndMerge(bump: Bump): Promise<{ readonly number: number; readonly commit: string }> {
    const number = await this.bump(bump);
    return { number, commit: await this.merge(number) };
  }

  /**
   * Slipway's comments on a pull request about one topic: the merge, the plan of a cluster, the state of its run, or the answer to a
   * comment.
   */
  comments(number: number, of: 'merge' | 'plan' | 'run' | 'answer' = 'merge'): string[] {
    const all = [...this.repository.comments.values()];
    return all
      .filter(({ issue, by, body }) => issue === number && by.login === 'slipway-bot' && isOf(body, of))
      .map(({ body }) => body);
  }

  /** Ends everything of it. */
  async stop(): Promise<void> {
    await this.starter?.stop();
    await this.gitHost.stop();
    await this.fakeServices.stop();
  }

  get #url(): string {
    return `${this.gitHost.url}/${repositoryName}.git`;
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
    // Workers may resolve relative paths against another folder.
    const token = write('github-token', `${this.token}\n`);
    const repository = {
      name: repositoryName,
      url: this.#url,
      api: this.gitHost.api,
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

/** The files of a lab's folder that are in git. */
async function filesOfLab(directory: string, isRepository: boolean): Promise<Record<string, string>> {
  const names = isRepository ? (await git(directory, ['ls-files'])).split('\n') : ['slipway.yaml'];
  const texts = await Promise.all(names.map((name) => readFile(path.join(directory, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

/** An inventory whose Terraform configuration is checked out from the fake GitHub's own disk: a lab's Terraform has no token for git. */
function withSource(text: string, repository: string): string {
  const document = parseDocument(text);
  document.setIn(['terraform', 'source', 'repository'], repository);
  return document.toString({ lineWidth: 0 });
}

/** Each of its comments begins with a hidden marker. */
function isOf(body: string, of: string): boolean {
  return body.startsWith(`<!-- slipway:${of}/`);
}

/** The port in a starter's log. */
async function portIn(logFile: string): Promise<number | undefined> {
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const line = log.split('\n').find((one) => one.includes('"kind":"listening"'));
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
}
