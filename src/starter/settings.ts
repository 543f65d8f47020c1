import { z } from 'zod';
import { CredentialReference } from '../inventory/credential.js';
import { duration } from '../inventory/duration.js';

/** One or more folders and a name, as git hosts write them: `acme/home-ops`. */
const repositoryName = z
  .string()
  .max(200)
  .regex(/^[\w.-]+(\/[\w.-]+)+$/, 'a repository is named as its git host does, like acme/home-ops');

/** A branch name that git allows, and that no command line takes for an option. */
export const branchName = z
  .string()
  .min(1)
  .max(255)
  .regex(
    // oxlint-disable-next-line no-control-regex -- git forbids just these
    /^(?![-/.])(?!refs\/)(?!.*(\.\.|\/\/|@\{|\/\.|\.lock(\/|$)|[/.]$))[^\u0000-\u0020\u007f~^:?*[\\]+$/,
    'a branch is named like main, without refs/heads/',
  );

/** A path inside a repository: relative, with slashes, and without `..`. */
const pathInRepository = z
  .string()
  .min(1)
  .max(500)
  .regex(
    // oxlint-disable-next-line no-control-regex -- no path of ours has any
    /^(?![/-])(?!.*(^|\/)(\.{1,2}|\.git)?(\/|$))[^\u0000-\u001f\\:]+$/,
    'it is a path from the top of the repository, like clusters/prox-ops/slipway.yaml',
  );

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Plain HTTP would expose tokens, so it is for this machine alone; a password in a URL ends up in logs. */
function reachable(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, password, username } = new URL(text);
  if (password !== '' || (protocol !== 'ssh:' && username !== '')) return false;
  return protocols.includes(protocol) || (protocol === 'http:' && loopback.test(hostname));
}

/** `git@host:path`, as ssh remotes are often written. */
const scpLike = /^[\w.-]+@[\w.-]+:(?!\/\/)[\w./~-]+$/;

const repositoryUrl = z
  .string()
  .max(500)
  .refine(
    (text) => scpLike.test(text) || reachable(text, ['https:', 'ssh:', 'file:']),
    'a repository is reached by https://…, ssh://… or git@HOST:PATH, without a password in it (plain http on this machine only)',
  );

const apiUrl = z
  .string()
  .max(500)
  .refine(
    (text) => reachable(text, ['https:']),
    'an API is reached by https://…, without a password in it (plain http on this machine only)',
  );

/** GitHub's own limit. */
const label = z.string().min(1).max(50);

/** How Slipway signs in at the git host. */
const Access = z.union(
  [
    /** A token: fine-grained where the git host has them. `user`: the user name where git asks for one. */
    z.strictObject({ token: CredentialReference, user: z.string().min(1).max(100).optional() }),
    /** An app of the git host, installed on the repository; `key` is its private key in PEM. */
    z.strictObject({
      app: z.strictObject({
        id: z.int().positive(),
        installation: z.int().positive(),
        key: CredentialReference,
      }),
    }),
  ],
  {
    error:
      'access is written { token: { env: NAME } } or { app: { id: 1, installation: 2, key: { file: PATH } } }',
  },
);

const Cluster = z.strictObject({
  /** Where its slipway.yaml stands in the repository. */
  file: pathInRepository,
  /** Where workers find the credential files that it names relatively. */
  folder: z
    .string()
    .max(500)
    .regex(/^\/(?!.*(^|\/)\.\.(\/|$))/, 'it is an absolute folder on the machines of the workers'),
});

/** One repository that declares clusters. */
export const Repository = z.strictObject({
  /** As the git host names it: `acme/home-ops`. */
  name: repositoryName,
  /** `git`: any git server. It is polled, and gets no comments. */
  gitHost: z.enum(['github', 'git']).default('github'),
  /** Where git fetches from. */
  url: repositoryUrl,
  /** GitHub's REST API; `https://HOST/api/v3` for an Enterprise server. */
  api: apiUrl.default('https://api.github.com'),
  /** The branch that declares what clusters should be. */
  branch: branchName.default('main'),
  /** How merges are noticed. Both: the next poll finds a lost delivery. Default: `webhook`, or `poll` for `git`. */
  trigger: z
    .array(z.enum(['webhook', 'poll']))
    .min(1)
    .max(2)
    .optional(),
  /** Polling interval, where the git host is polled. */
  poll: duration('60s'),
  /** Secrets that sign the webhooks: the current one, and the previous or next one during a rotation. */
  secrets: z.array(CredentialReference).min(1).max(2).optional(),
  access: Access.optional(),
  /** Labels that show a person what a pull request does: they inform, the versions decide. */
  labels: z.strictObject({ 'in-place': label.optional(), replace: label.optional() }).optional(),
  clusters: z.array(Cluster).min(1).max(100),
});

/** Who may use the API, and for what. */
const Token = z.strictObject({
  /** Its name in the record: `token:ci`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'a token is named like ci or release-desk'),
  token: CredentialReference,
  /** `approve`: it may approve and reject plans that wait. */
  may: z.array(z.enum(['approve'])).min(1),
  /** Only for these clusters; left out: for all. */
  clusters: z.array(z.string().min(1).max(40)).min(1).max(200).optional(),
});
export type ApiToken = z.infer<typeof Token>;

/** `starter.yaml`: which repositories start upgrades, and how their merges are noticed. */
export const StarterFile = z.strictObject({
  $schema: z.string().optional(),
  /** The address for webhooks. Only a proxy or tunnel on this machine reaches the default. */
  listen: z
    .strictObject({
      address: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8800),
    })
    .prefault({}),
  repositories: z.array(Repository).min(1).max(100),
  /** Who may use the API beside the webhooks; none: there is no API. */
  tokens: z.array(Token).max(50).default([]),
});

/**
 * One repository of starter.yaml. It holds references to secrets, never secrets, so that it may travel in the inputs of
 * workflows.
 */
export interface RepositorySettings extends Omit<z.infer<typeof Repository>, 'trigger'> {
  readonly trigger: readonly ('webhook' | 'poll')[];
  /** The folder of starter.yaml: where relative credential files start, unless the worker has a setting of its own. */
  readonly base: string;
  /**
   * `none`: the client of its git host writes without pauses, and retries at once. No starter.yaml can set it: it is for tests with their
   * own git host. Left out: the pauses that GitHub asks for, a second between writes, three where people are notified.
   */
  readonly pauses?: 'none';
}

/** The whole file, parsed. */
export interface StarterSettings {
  readonly listen: { readonly address: string; readonly port: number };
  readonly repositories: readonly RepositorySettings[];
  readonly tokens: readonly ApiToken[];
  /** The folder of starter.yaml: where relative files of tokens start. */
  readonly base: string;
}

/** The settings with what follows from them: the trigger of a git host without webhooks is `poll`. */
export function settingsOf(file: z.infer<typeof StarterFile>, base: string): StarterSettings {
  return {
    listen: file.listen,
    tokens: file.tokens,
    base,
    repositories: file.repositories.map((one) => ({
      ...one,
      trigger: one.trigger ?? [one.gitHost === 'git' ? 'poll' : 'webhook'],
      base,
    })),
  };
}
