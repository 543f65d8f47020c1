import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { readAppToken } from './app-token.js';
import type { Numbers } from './numbers.js';
import type { AppPermissions } from './permissions.js';
import { GitHostRefusal, notFound } from './refusal.js';

/** An account of the fake GitHub: a person, an organization, or the bot of an app (`slipway[bot]`). */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
}

/** An app with one installation. */
export interface GitHostApp {
  readonly id: number;
  readonly slug: string;
  readonly installation: number;
  readonly owner: Account;
  readonly bot: Account;
  readonly permissions: AppPermissions;
  /** Full names of the repositories it was installed for. */
  readonly repositories: readonly string[];
  readonly publicKey: KeyObject;
}

/** The account that sent a request. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'person'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: GitHostApp }
  | { readonly kind: 'installation'; readonly app: GitHostApp; readonly account: Account };

/** Installation tokens live for one hour: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app */
const INSTALLATION_TOKEN_MS = 60 * 60 * 1000;

/** The accounts and their tokens. Tokens are kept as hashes. */
export class Accounts {
  readonly #numbers: Numbers;
  readonly #now: () => Date;
  readonly #accounts = new Map<string, Account>();
  readonly #apps = new Map<number, GitHostApp>();
  readonly #tokens = new Map<string, { caller: Caller; expires: number }>();

  constructor(numbers: Numbers, now: () => Date) {
    this.#numbers = numbers;
    this.#now = now;
  }

  /** The account with this name, created where it does not exist. */
  account(login: string, type: Account['type'] = 'User'): Account {
    const known = this.find(login);
    if (known) return known;
    const account: Account = { id: this.#numbers.next('account'), login, type };
    this.#accounts.set(login.toLowerCase(), account);
    return account;
  }

  find(login: string): Account | undefined {
    return this.#accounts.get(login.toLowerCase());
  }

  /** A new personal access token. */
  tokenOf(account: Account): string {
    return this.#issue('ghp', { kind: 'person', account }, Number.POSITIVE_INFINITY);
  }

  /** Creates an app and installs it; returns it with its private key (PEM), which the fake GitHub does not keep. */
  createApp(app: Pick<GitHostApp, 'slug' | 'owner' | 'permissions' | 'repositories'>): {
    app: GitHostApp;
    key: string;
  } {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const made: GitHostApp = {
      ...app,
      id: this.#numbers.next('app'),
      installation: this.#numbers.next('installation'),
      bot: this.account(`${app.slug}[bot]`, 'Bot'),
      publicKey,
    };
    this.#apps.set(made.id, made);
    return { app: made, key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() };
  }

  get apps(): readonly GitHostApp[] {
    return [...this.#apps.values()];
  }

  /** An installation token, requested by its app. */
  installationToken(app: GitHostApp, installation: number): { token: string; expires: Date } {
    if (app.installation !== installation) notFound();
    const expires = new Date(this.#now().getTime() + INSTALLATION_TOKEN_MS);
    const caller: Caller = { kind: 'installation', app, account: app.bot };
    return { token: this.#issue('ghs', caller, expires.getTime()), expires };
  }

  /** Revokes a token. */
  revoke(token: string): void {
    this.#tokens.delete(hashed(token));
  }

  /**
   * The sender of a request, from the header `authorization` of the API or of git.
   *
   * @throws {GitHostRefusal} 401 for an invalid token
   */
  caller(authorization: string | undefined): Caller {
    if (!authorization) return { kind: 'nobody' };
    const [scheme = '', value = ''] = authorization.split(' ');
    const secret = scheme.toLowerCase() === 'basic' ? passwordIn(value) : value;
    if (secret.split('.').length === 3)
      return { kind: 'app', app: readAppToken(secret, this.#apps, this.#now()) };
    const known = this.#tokens.get(hashed(secret));
    if (!known || known.expires <= this.#now().getTime()) throw new GitHostRefusal(401, 'Bad credentials');
    return known.caller;
  }

  #issue(kind: string, caller: Caller, expires: number): string {
    const token = `${kind}_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
    this.#tokens.set(hashed(token), { caller, expires });
    return token;
  }
}

/** Git sends an arbitrary user name with the token. */
function passwordIn(basic: string): string {
  const text = Buffer.from(basic, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

function hashed(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
