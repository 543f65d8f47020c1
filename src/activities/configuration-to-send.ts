import { readFile, rm } from 'node:fs/promises';
import type { CredentialReference } from '../inventory/credential.js';
import { nodeNamed } from '../inventory/node-named.js';
import { deviceFindings, deviceOf } from '../planning/devices.js';
import { versionOfImage } from '../planning/installer-image.js';
import { patchesFor } from '../planning/node-configuration.js';
import { quoted } from '../planning/phrases.js';
import type { PlannedNode } from '../planning/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { readCredential } from '../tools/credentials.js';
import { filesOf, whyNotIts } from '../tools/machine-configuration.js';
import { patchConfiguration, withoutValues } from '../tools/patch-configuration.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { ActivitySettings, RunReference } from './activity-context.js';
import { readConfiguration } from './machine-configuration.js';

/** A machine configuration that may be sent. It holds the cluster's secrets: the text goes into no history and no log. */
export interface ConfigurationToSend {
  readonly text: string;
  /** What a person should know of it; without secrets. */
  readonly notes: readonly string[];
}

/**
 * What is sent to the new machine of a node: its machine configuration by reference, with the patches of slipway.yaml merged into
 * it, looked through for what its cards need.
 *
 * @throws Refusal `credential-unreadable`, `configuration-wrong`, `patch-failed`, `device-configuration-wrong`
 */
export async function configurationToSend(
  settings: ActivitySettings,
  access: ClusterAccess,
  reference: RunReference,
  node: PlannedNode,
  signal: AbortSignal,
): Promise<ConfigurationToSend> {
  const { inventory } = access;
  const { base } = await settings.inputOf(reference.cluster, reference.run);
  const own = await readConfiguration(settings, reference, node);
  const references = patchesFor(inventory, nodeNamed(inventory, node.name));
  const patches = await readAll(references, node, settings.credentialsFolder ?? base);
  const text = patches.length === 0 ? own : await patched(access, node, own, patches, signal);
  const device = deviceOf(inventory, node.name);
  const { wrong, notes } = device
    ? deviceFindings(device, filesOf(text), versionOfImage(node.image))
    : { wrong: [], notes: [] };
  if (device && wrong.length > 0) {
    const { resource } = device;
    throw new Refusal({ kind: 'device-configuration-wrong', node: node.name, resource, of: 'sent', wrong });
  }
  const merged =
    patches.length === 0 ? [] : [`patches merged into its machine configuration: ${patches.length}`];
  return { text, notes: [...merged, ...notes] };
}

async function readAll(
  references: readonly CredentialReference[],
  { name }: PlannedNode,
  base: string,
): Promise<string[]> {
  const texts: string[] = [];
  for (const [at, reference] of references.entries()) {
    const { text } = await readCredential(`patch ${at + 1} for ${name}`, reference, base);
    texts.push(text);
  }
  return texts;
}

/** The files are there while talosctl works, readable by this user alone. */
async function patched(
  access: ClusterAccess,
  node: PlannedNode,
  own: string,
  patches: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const folder = await access.folder();
  const files: string[] = [];
  const put = async (what: string, text: string): Promise<string> => {
    const file = await folder.write(`${what}-${Date.now()}.yaml`, text);
    files.push(file);
    return file;
  };
  try {
    const configuration = await put('configuration', own);
    const patchFiles: string[] = [];
    for (const [at, text] of patches.entries()) patchFiles.push(await put(`patch-${at + 1}`, text));
    const output = await put('patched', '');
    await patchConfiguration(
      versionOfImage(node.image),
      { configuration, patches: patchFiles, output },
      { signal },
    );
    const text = await readFile(output, 'utf8');
    const why = whyNotIts(text, node);
    if (why !== undefined) throw failed(node, `with them ${why}`);
    return text;
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    throw failed(node, withoutValues(error.stderrTail, files));
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

function failed({ name }: PlannedNode, why: string): Refusal {
  return new Refusal({ kind: 'patch-failed', node: name, why: quoted(why) });
}
