import type { CredentialReference, Inventory, InventoryNode } from '../inventory/schema.js';
import { kubeconfigCertificate, talosCertificate } from './credential-certificates.js';
import { readKubeconfig } from './credential-kubeconfig.js';
import { readCredential, referenceText, type Credential } from './credentials.js';
import { dial, type DialMap } from './dial-map.js';
import { kubernetesApi, type ApiEndpoint, type KubernetesApi } from './kubernetes-api.js';
import { StepFolder } from './step-folder.js';
import type { TalosTarget, Talosctl } from './talosctl.js';
import { talosctlClients } from './talosctl-clients.js';

/** Everything one step needs to speak to a cluster. Closed at the step's end: no credential file outlives it. */
export interface ClusterAccess {
  readonly inventory: Inventory;
  readonly dialMap: DialMap;
  /** talosctl with the reader's talosconfig: for looking, and for snapshots. */
  readonly talos: Talosctl;
  /**
   * talosctl with the admin's: only for the steps that change a node, and for the looks that need that role.
   *
   * @param version what the node runs, for a change: the client is of that very minor. Left out for a look.
   */
  talosAdmin(version?: string): Promise<Talosctl>;
  readonly kubernetes: KubernetesApi;
  /** Path of the kubeconfig, for kubectl. */
  kubeconfigFile(): Promise<string>;
  /** Private folder of this step. */
  folder(): Promise<StepFolder>;
  /**
   * For `node`, through each of the other control planes in turn; through itself only where there is no other.
   *
   * @param avoid the node under work: nothing goes through it either, while there is another way.
   */
  targets(node: string, avoid?: string): readonly TalosTarget[];
  /** When each client certificate ends. The admin's is read only where it is asked for. */
  certificates(which: {
    readonly admin: boolean;
  }): Promise<readonly { readonly which: string; readonly reference: string; readonly until: Date }[]>;
  close(): Promise<void>;
}

export interface AccessOptions {
  /** The folder relative credential files start at. */
  readonly base: string;
  readonly dialMap: DialMap;
}

const kubernetesPort = 6443;

/**
 * Opens a cluster by its inventory's references.
 *
 * @throws Refusal when a credential cannot be read or a tool is missing.
 */
export async function openCluster(
  inventory: Inventory,
  { base, dialMap }: AccessOptions,
): Promise<ClusterAccess> {
  let opened: StepFolder | undefined;
  const folder = async (): Promise<StepFolder> => (opened ??= await StepFolder.open());
  const fileOf = async (name: string, credential: Credential): Promise<string> =>
    credential.file ?? (await folder()).write(name, credential.text);
  const read = (which: string, reference: CredentialReference): Promise<Credential> =>
    readCredential(which, reference, base);

  const { talos, kubernetes } = inventory.access;
  const readerConfig = await read('talosconfig (reader)', talos.reader);
  const kubeconfig = await readKubeconfig(kubernetes, base);
  const declared = inventory.versions.talos;
  const looking = talosctlClients(
    once(() => fileOf('talosconfig-reader', readerConfig)),
    declared,
    'talosconfig (reader)',
  );
  const changing = talosctlClients(
    once(async () => fileOf('talosconfig-admin', await read('talosconfig (admin)', talos.admin))),
    declared,
    'talosconfig (admin)',
  );
  await looking.present();
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
  let kubeconfigPath: Promise<string> | undefined;

  return {
    inventory,
    dialMap,
    talos: looking.looking,
    talosAdmin: async (version) => (version === undefined ? changing.looking : changing.ofVersion(version)),
    kubernetes: kubernetesApi(
      kubeconfig.text,
      controlPlanes.map((node) => apiEndpoint(node, dialMap)),
    ),
    kubeconfigFile: () => (kubeconfigPath ??= fileOf('kubeconfig', kubeconfig)),
    folder,
    targets: (name, avoid) => targetsOf(inventory, dialMap, name, avoid),
    certificates: async ({ admin: withAdmin }) => {
      const ofTalos = (which: string, reference: CredentialReference, text: string) => ({
        which,
        reference: referenceText(reference),
        until: talosCertificate(which, reference, text).until,
      });
      const user = kubeconfigCertificate(kubernetes, kubeconfig.text);
      const { text } = withAdmin ? await read('talosconfig (admin)', talos.admin) : readerConfig;
      return [
        ofTalos('talosconfig (reader)', talos.reader, readerConfig.text),
        ...(withAdmin ? [ofTalos('talosconfig (admin)', talos.admin, text)] : []),
        // A kubeconfig with a token has no certificate to end.
        ...(user ? [{ which: 'kubeconfig', reference: referenceText(kubernetes), until: user.until }] : []),
      ];
    },
    close: async () => {
      await opened?.close();
    },
  };
}

/** The same answer for every caller, made when it is asked for first. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function apiEndpoint(node: InventoryNode, dialMap: DialMap): ApiEndpoint {
  const address = dial(dialMap, node.address);
  return {
    node: node.name,
    server: `https://${address.includes(':') ? `[${address}]` : address}:${kubernetesPort}`,
  };
}

function targetsOf(inventory: Inventory, dialMap: DialMap, name: string, avoid?: string): TalosTarget[] {
  const node = inventory.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`${name} is no node of ${inventory.cluster}`);
  const controlPlanes = inventory.nodes.filter((candidate) => candidate.role === 'control-plane');
  const others = controlPlanes.filter((candidate) => candidate.name !== name);
  const free = others.filter((candidate) => candidate.name !== avoid);
  const ways = [free, others, controlPlanes].find((some) => some.length > 0) ?? [];
  return ways.map((way) => ({ node: node.address, endpoint: dial(dialMap, way.address) }));
}
