import type { CredentialReference } from '../inventory/credential.js';
import { nodeNamed } from '../inventory/node-named.js';
import type { Inventory, InventoryNode } from '../inventory/schema.js';
import { kubeconfigCertificate, talosCertificate } from './credential-certificates.js';
import { readKubeconfig } from './credential-kubeconfig.js';
import { readCredential, referenceText, type Credential } from './credentials.js';
import { dial, type DialMap } from './dial-map.js';
import type { KeptConnections } from './kept-connections.js';
import { kubernetesApi, type ApiEndpoint, type KubernetesApi } from './kubernetes-api.js';
import { StepFolder } from './step-folder.js';
import { talosAccess, type TalosAccess } from './talos-access.js';
import type { TalosTarget } from './talos-target.js';

/**
 * Everything one step needs to access a cluster. Closed at the step's end: no credential file outlives it, and no connection except shared
 * ones.
 */
export interface ClusterAccess extends TalosAccess {
  readonly inventory: Inventory;
  readonly dialMap: DialMap;
  readonly kubernetes: KubernetesApi;
  /** Path of the kubeconfig, for kubectl. */
  kubeconfigFile(): Promise<string>;
  /** Private folder of this step. */
  folder(): Promise<StepFolder>;
  /**
   * Endpoints for `node`: each of the other control planes in turn; the node itself only where there is no other.
   *
   * @param avoid the node under work: it is not used as an endpoint either, while there is another.
   */
  targets(node: string, avoid?: string): readonly TalosTarget[];
  /** When each client certificate expires. The admin's is read only on request. */
  certificates(which: {
    readonly admin: boolean;
  }): Promise<readonly { readonly which: string; readonly reference: string; readonly until: Date }[]>;
  close(): Promise<void>;
}

export interface AccessOptions {
  /** Relative credential files are resolved against this folder. */
  readonly base: string;
  readonly dialMap: DialMap;
  /** Shared connections. Default: its own, closed with it. */
  readonly connections?: KeptConnections;
}

const kubernetesPort = 6443;

/**
 * Opens a cluster by its inventory's references.
 *
 * @throws Refusal when a credential cannot be read or a tool is missing.
 */
export async function openCluster(
  inventory: Inventory,
  { base, dialMap, connections }: AccessOptions,
): Promise<ClusterAccess> {
  // Caches the promise, not the folder: concurrent calls get the same folder, and no second one is left behind.
  let opened: Promise<StepFolder> | undefined;
  const folder = (): Promise<StepFolder> => (opened ??= StepFolder.open());
  const fileOf = async (name: string, credential: Credential): Promise<string> =>
    credential.file ?? (await folder()).write(name, credential.text);
  const read = (which: string, reference: CredentialReference): Promise<Credential> =>
    readCredential(which, reference, base);

  const { talos, kubernetes } = inventory.access;
  const readerConfig = await read('talosconfig (reader)', talos.reader);
  const kubeconfig = await readKubeconfig(kubernetes, base);
  const { close: closeTalos, ...ofTalos } = await talosAccess(inventory, {
    reader: readerConfig,
    admin: () => read('talosconfig (admin)', talos.admin),
    fileOf,
    sessions: connections?.talos,
  });
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
  const api = kubernetesApi(
    kubeconfig.text,
    controlPlanes.map((node) => apiEndpoint(node, dialMap)),
    connections?.kubernetes,
  );
  let kubeconfigPath: Promise<string> | undefined;

  return {
    inventory,
    dialMap,
    ...ofTalos,
    kubernetes: api,
    kubeconfigFile: () => (kubeconfigPath ??= fileOf('kubeconfig', kubeconfig)),
    folder,
    targets: (name, avoid) => targetsOf(inventory, dialMap, name, avoid),
    certificates: async ({ admin: withAdmin }) => {
      const talosUntil = (which: string, reference: CredentialReference, text: string) => ({
        which,
        reference: referenceText(reference),
        until: talosCertificate(which, reference, text).until,
      });
      const user = kubeconfigCertificate(kubernetes, kubeconfig.text);
      const { text } = withAdmin ? await read('talosconfig (admin)', talos.admin) : readerConfig;
      return [
        talosUntil('talosconfig (reader)', talos.reader, readerConfig.text),
        ...(withAdmin ? [talosUntil('talosconfig (admin)', talos.admin, text)] : []),
        // A kubeconfig with a token has no certificate to end.
        ...(user ? [{ which: 'kubeconfig', reference: referenceText(kubernetes), until: user.until }] : []),
      ];
    },
    close: async () => {
      api.close();
      await closeTalos();
      // The caller that asked for it already got the error.
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

function apiEndpoint(node: InventoryNode, dialMap: DialMap): ApiEndpoint {
  const address = dial(dialMap, node.address);
  return {
    node: node.name,
    server: `https://${address.includes(':') ? `[${address}]` : address}:${kubernetesPort}`,
  };
}

function targetsOf(inventory: Inventory, dialMap: DialMap, name: string, avoid?: string): TalosTarget[] {
  const node = nodeNamed(inventory, name);
  const controlPlanes = inventory.nodes.filter((candidate) => candidate.role === 'control-plane');
  const others = controlPlanes.filter((candidate) => candidate.name !== name);
  const free = others.filter((candidate) => candidate.name !== avoid);
  const through = [free, others, controlPlanes].find((some) => some.length > 0) ?? [];
  return through.map((endpoint) => ({ node: node.address, endpoint: dial(dialMap, endpoint.address) }));
}
