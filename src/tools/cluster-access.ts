import { X509Certificate } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { CredentialReference, Inventory, InventoryNode } from '../inventory/schema.js';
import { toolPath } from './tool-path.js';
import { readCredential, referenceText, type Credential } from './credentials.js';
import { dial, type DialMap } from './dial-map.js';
import { kubernetesApi, type ApiEndpoint, type KubernetesApi } from './kubernetes-api.js';
import { Refusal } from './refusal.js';
import { StepFolder } from './step-folder.js';
import { talosctl, type TalosTarget, type Talosctl } from './talosctl.js';
import { isRecord } from './talosctl-output.js';

/** Everything one step needs to speak to a cluster. Closed at the step's end: no credential file outlives it. */
export interface ClusterAccess {
  readonly inventory: Inventory;
  readonly dialMap: DialMap;
  /** talosctl with the reader's talosconfig: for looking, and for snapshots. */
  readonly talos: Talosctl;
  /** talosctl with the admin's: only for the steps that change a node. */
  talosAdmin(): Promise<Talosctl>;
  readonly kubernetes: KubernetesApi;
  /** Path of the kubeconfig, for kubectl. */
  kubeconfigFile(): Promise<string>;
  /** Private folder of this step. */
  folder(): Promise<StepFolder>;
  /** For `node`, through each of the other control planes in turn; through itself only where there is no other. */
  targets(node: string): readonly TalosTarget[];
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
  const kubeconfig = await read('kubeconfig', kubernetes);
  const binary = await toolPath('talosctl');
  const talosconfigFile = await fileOf('talosconfig-reader', readerConfig);
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
  let admin: Promise<Talosctl> | undefined;
  let kubeconfigPath: Promise<string> | undefined;

  return {
    inventory,
    dialMap,
    talos: talosctl(binary, talosconfigFile),
    talosAdmin: () =>
      (admin ??= read('talosconfig (admin)', talos.admin).then(async (credential) =>
        talosctl(binary, await fileOf('talosconfig-admin', credential)),
      )),
    kubernetes: kubernetesApi(
      kubeconfig.text,
      controlPlanes.map((node) => apiEndpoint(node, dialMap)),
    ),
    kubeconfigFile: () => (kubeconfigPath ??= fileOf('kubeconfig', kubeconfig)),
    folder,
    targets: (name) => targetsOf(inventory, dialMap, name),
    certificates: async ({ admin: withAdmin }) => {
      const reader = certificate(
        'talosconfig (reader)',
        talos.reader,
        talosClientCertificate(readerConfig.text),
      );
      const user = kubeconfigCertificate(kubernetes, kubeconfig.text);
      if (!withAdmin) return [reader, ...user];
      const { text } = await read('talosconfig (admin)', talos.admin);
      return [reader, certificate('talosconfig (admin)', talos.admin, talosClientCertificate(text)), ...user];
    },
    close: async () => {
      await opened?.close();
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

function targetsOf(inventory: Inventory, dialMap: DialMap, name: string): TalosTarget[] {
  const node = inventory.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`${name} is no node of ${inventory.cluster}`);
  const controlPlanes = inventory.nodes.filter((candidate) => candidate.role === 'control-plane');
  const others = controlPlanes.filter((candidate) => candidate.name !== name);
  const ways = others.length > 0 ? others : controlPlanes;
  return ways.map((way) => ({ node: node.address, endpoint: dial(dialMap, way.address) }));
}

function certificate(which: string, reference: CredentialReference, pem: string) {
  try {
    return { which, reference: referenceText(reference), until: new Date(new X509Certificate(pem).validTo) };
  } catch (error) {
    throw new Refusal(
      {
        kind: 'credential-unreadable',
        which,
        reference: referenceText(reference),
        why: 'its client certificate cannot be read',
      },
      { cause: error },
    );
  }
}

function talosClientCertificate(talosconfig: string): string {
  const parsed: unknown = parse(talosconfig);
  const contexts = isRecord(parsed) && isRecord(parsed['contexts']) ? parsed['contexts'] : {};
  const context = isRecord(parsed) ? contexts[String(parsed['context'])] : undefined;
  const crt = isRecord(context) ? context['crt'] : undefined;
  return typeof crt === 'string' ? Buffer.from(crt, 'base64').toString('utf8') : '';
}

/** A kubeconfig with a token or an exec plugin has no certificate to end. */
function kubeconfigCertificate(reference: CredentialReference, kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const data = config.getCurrentUser()?.certData;
  return data ? [certificate('kubeconfig', reference, Buffer.from(data, 'base64').toString('utf8'))] : [];
}
