import { z } from 'zod';
import { CredentialReference } from '../inventory/credential.js';
import { duration } from '../inventory/duration.js';

/** One or more folders and a name, as forges write them: `acme/home-ops`. */
const repositoryName = z
  .string()
  .max(200)
  .regex(/^[\w.-]+(\/[\w.-]+)+$/, 'a repository is named as its forge does, like acme/home-ops');

/** What git allows as a branch, and a command line does not take for an option. */
export const branchName = z
  .string()
  .min(1)
  .max(255)
  .regex(
    // oxlint-disable-next-line no-control-regex -- git forbids just these
    /^(?![-/.])(?!refs\/)(?!.*(\.\.|\/\/|@\{|\/\.|\.lock(\/|$)|[/.]$))[^\u0000-\u0020\u007f~^:?*[\\]+$/,
    'a branch is named like main, without refs/heads/',
  );

/** A path inside a repository: relative, with slashes, and not out of it. */
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

/** Plain HTTP would show tokens to the network, so it is for this machine alone; a password in an address ends in logs. */
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

/** How Slipway signs in at the forge. */
const Access = z.union(
  [
    /** A token: fine-grained where the forge has them. `user`: what goes with it where git asks for a name. */
    z.strictObject({ token: CredentialReference, user: z.string().min(1).max(100).optional() }),
    /** An app of the forge, installed on the repository; `key` is its private key in PEM. */
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
  /** As the forge names it: `acme/home-ops`. */
  name: repositoryName,
  /** `git`: any git server. It is polled, and gets no comments. */
  forge: z.enum(['github', 'git']).default('github'),
  /** Where git fetches from. */
  url: repositoryUrl,
  /** GitHub's REST API; `https://HOST/api/v3` for an Enterprise server. */
  api: apiUrl.default('https://api.github.com'),
  /** The branch that declares what clusters should be. */
  branch: branchName.default('main'),
  /** How merges are noticed. Both: a delivery that was lost is seen by the next poll. Default: `webhook`, or `poll` for `git`. */
  trigger: z
    .array(z.enum(['webhook', 'poll']))
    .min(1)
    .max(2)
    .optional(),
  /** How often the forge is asked, where it is. */
  poll: duration('60s'),
  /** What signs the webhooks: the one in use, and the one before or after while it is changed. */
  secrets: z.array(CredentialReference).min(1).max(2).optional(),
  access: Access.optional(),
  /** Labels that tell a person what a pull request does: they inform, the versions decide. */
  labels: z.strictObject({ 'in-place': label.optional(), replace: label.optional() }).optional(),
  clusters: z.array(Cluster).min(1).max(100),
});

/** Who may use the API, and for what. */
const Token = z.strictObject({
  /** Under this name it stands in the record: `token:ci`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'a token is named like ci or release-desk'),
  token: CredentialReference,
  /** `approve`: it answers plans that wait, with yes or no. */
  may: z.array(z.enum(['approve'])).min(1),
  /** Only for these clusters; left out: for all. */
  clusters: z.array(z.string().min(1).max(40)).min(1).max(200).optional(),
});
export type ApiToken = z.infer<typeof Token>;

/** `starter.yaml`: which repositories start upgrades, and how that is noticed. */
export const StarterFile = z.strictObject({
  $schema: z.string().optional(),
  /** Where webhooks arrive. Nobody but a proxy or tunnel on this machine reaches the default. */
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
   * `none`: the client of its forge writes as fast as it can, and tries again at once. No starter.yaml can say so: it is for tests,
   * whose forge is their own. Left out: the pauses that GitHub asks for, a second between writes, three where people are notified.
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

/** What was read, with what follows from it: the trigger of a forge that sends no webhooks is `poll`. */
export function settingsOf(file: z.infer<typeof StarterFile>, base: string): StarterSettings {
  return {
    listen: file.listen,
    tokens: file.tokens,
    base,
    repositories: file.repositories.map((one) => ({
      ...one,
      trigger: one.trigger ?? [one.forge === 'git' ? 'poll' : 'webhook'],
      base,
    })),
  };
}
