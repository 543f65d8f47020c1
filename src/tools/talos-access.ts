import { talosKeys } from './credential-certificates.js';
import type { Credential } from './credentials.js';
import type { Inventory } from '../inventory/schema.js';
import { talosLooks, type TalosLooks } from './talos-api/talos-looks.js';
import type { TalosSessions } from './talos-api/talos-sessions.js';
import type { Talosctl } from './talosctl.js';
import { talosctlClients } from './talosctl-clients.js';

/** The two credentials of Talos, each for the API and for talosctl. */
export interface TalosAccess {
  /** Reads Talos' API with the reader's talosconfig. */
  readonly talos: TalosLooks;
  /** Reads with the admin's talosconfig: only for calls that need that role. @throws Refusal `credential-unreadable` */
  talosAdmin(): Promise<TalosLooks>;
  /** talosctl with the reader's talosconfig, of any minor: for snapshots. */
  readonly talosctl: Talosctl;
  /**
   * talosctl with the admin's talosconfig: only for steps that change a node.
   *
   * @param version the node's running version; selects the talosctl minor.
   * @throws Refusal `tool-missing`, `credential-unreadable`
   */
  talosctlAdmin(version: string): Promise<Talosctl>;
}

/** How to get the credentials. The admin's is read only on request. */
export interface TalosCredentials {
  readonly reader: Credential;
  readonly admin: () => Promise<Credential>;
  /** The path of a credential as a file, for talosctl. */
  readonly fileOf: (name: string, credential: Credential) => Promise<string>;
  /** Shared connections that outlive this access; undefined: it has its own. */
  readonly sessions: TalosSessions | undefined;
}

/** The names of the credentials in error messages. */
const which = { reader: 'talosconfig (reader)', admin: 'talosconfig (admin)' } as const;

/** @throws Refusal `tool-missing` when there is no talosctl at all, `credential-unreadable` */
export async function talosAccess(
  { access, versions }: Inventory,
  { reader, admin, fileOf, sessions }: TalosCredentials,
): Promise<TalosAccess & { readonly close: () => Promise<void> }> {
  const readerClients = talosctlClients(
    once(() => fileOf('talosconfig-reader', reader)),
    versions.talos,
    which.reader,
  );
  const adminClients = talosctlClients(
    once(async () => fileOf('talosconfig-admin', await admin())),
    versions.talos,
    which.admin,
  );
  const talosctl = await readerClients.any();
  const talos = talosLooks(talosKeys(which.reader, access.talos.reader, reader.text), which.reader, sessions);
  let adminLooks: Promise<TalosLooks> | undefined;
  return {
    talos,
    talosAdmin: () =>
      (adminLooks ??= admin().then(({ text }) =>
        talosLooks(talosKeys(which.admin, access.talos.admin, text), which.admin, sessions),
      )),
    talosctl,
    talosctlAdmin: (version) => adminClients.ofVersion(version),
    close: async () => {
      talos.close();
      await adminLooks?.then(
        (looks) => looks.close(),
        () => undefined,
      );
    },
  };
}

/** Caches the result of the first call for all callers. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
