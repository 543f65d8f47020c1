import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { readAppToken } from './app-token.js';
import type { Numbers } from './numbers.js';
import type { AppPermissions } from './permissions.js';
import { ForgeRefusal, notFound } from './refusal.js';

/** Somebody the forge knows: a person, an organization, or the bot an app acts as (`slipway[bot]`). */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
}

/** An app that is installed once. */
export interface ForgeApp {
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

/** Who asks. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'person'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: ForgeApp }
  | { readonly kind: 'installation'; readonly app: ForgeApp; readonly account: Account };

/** Installation tokens live for one hour: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app */
const INSTALLATION_TOKEN_MS = 60 * 60 * 1000;

/** Who there is, and which token is whose. Tokens are kept as hashes. */
export class Accounts {
  readonly #numbers: Numbers;
  readonly #now: () => Date;
  readonly #accounts = new Map<string, Account>();
  readonly #apps = new Map<number, ForgeApp>();
  readonly #tokens = new Map<string, { caller: Caller; expires: number }>();

  constructor(numbers: Numbers, now: () => Date) {
    this.#numbers = numbers;
    this.#now = now;
  }

  /** The account of this name, made where there is none. */
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

  /** Makes an app and installs it; answers it with its private key (PEM), which the forge does not keep. */
  createApp(app: Pick<ForgeApp, 'slug' | 'owner' | 'permissions' | 'repositories'>): {
    app: ForgeApp;
    key: string;
  } {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const made: ForgeApp = {
      ...app,
      id: this.#numbers.next('app'),
      installation: this.#numbers.next('installation'),
      bot: this.account(`${app.slug}[bot]`, 'Bot'),
      publicKey,
    };
    this.#apps.set(made.id, made);
    return { app: made, key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() };
  }

  get apps(): readonly ForgeApp[] {
    return [...this.#apps.values()];
  }

  /** A token of an installation, asked for by its app. */
  installationToken(app: ForgeApp, installation: number): { token: string; expires: Date } {
    if (app.installation !== installation) notFound();
    const expires = new Date(this.#now().getTime() + INSTALLATION_TOKEN_MS);
    const caller: Caller = { kind: 'installation', app, account: app.bot };
    return { token: this.#issue('ghs', caller, expires.getTime()), expires };
  }

  /** Nobody can use this token any more. */
  revoke(token: string): void {
    this.#tokens.delete(hashed(token));
  }

  /**
   * Who asks, by the header `authorization` of an API request or of git.
   *
   * @throws {ForgeRefusal} 401 where a token is none
   */
  caller(authorization: string | undefined): Caller {
    if (!authorization) return { kind: 'nobody' };
    const [scheme = '', value = ''] = authorization.split(' ');
    const secret = scheme.toLowerCase() === 'basic' ? passwordIn(value) : value;
    if (secret.split('.').length === 3)
      return { kind: 'app', app: readAppToken(secret, this.#apps, this.#now()) };
    const known = this.#tokens.get(hashed(secret));
    if (!known || known.expires <= this.#now().getTime()) throw new ForgeRefusal(401, 'Bad credentials');
    return known.caller;
  }

  #issue(kind: string, caller: Caller, expires: number): string {
    const token = `${kind}_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
    this.#tokens.set(hashed(token), { caller, expires });
    return token;
  }
}

/** Git names any user beside the token. */
function passwordIn(basic: string): string {
  const text = Buffer.from(basic, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

function hashed(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
