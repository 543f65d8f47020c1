import { readFile, rm } from 'node:fs/promises';
import { nodeNamed } from '../inventory/node-named.js';
import { versionOfImage } from '../planning/versions/installer-image.js';
import { patchesFor, type PatchMoment } from '../planning/node/node-configuration.js';
import { quoted } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { readCredential } from '../tools/credentials.js';
import { whyNotIts } from '../tools/machine-configuration.js';
import { patchConfiguration, withoutValues } from '../tools/patch-configuration.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { ActivitySettings, RunReference } from './activity-context.js';

/** The texts of patches for one node, in their order; they may hold secrets. */
export type PatchTexts = readonly string[];

/** Reads the patches of slipway.yaml for a node at one moment. @throws Refusal `credential-unreadable` */
export async function readPatches(
  settings: ActivitySettings,
  { inventory }: Pick<ClusterAccess, 'inventory'>,
  reference: RunReference,
  { name }: PlannedNode,
  moment: PatchMoment,
): Promise<PatchTexts> {
  const { base } = await settings.inputOf(reference.cluster, reference.run);
  const texts: string[] = [];
  for (const [at, patch] of patchesFor(inventory, nodeNamed(inventory, name), moment).entries()) {
    const what = `${moment === 'creation' ? '' : `${moment} `}patch ${at + 1} for ${name}`;
    const { text } = await readCredential(what, patch, settings.credentialsFolder ?? base);
    texts.push(text);
  }
  return texts;
}

/**
 * Merges patches into a machine configuration, with the talosctl of the version the machine is to run. Their files exist only for
 * that time, readable by this user alone.
 *
 * @throws Refusal `patch-failed`
 */
export async function mergePatches(
  access: ClusterAccess,
  node: PlannedNode,
  own: string,
  patches: PatchTexts,
  signal: AbortSignal,
): Promise<string> {
  if (patches.length === 0) return own;
  const folder = await access.folder();
  const files: string[] = [];
  const put = async (what: string, text: string): Promise<string> => {
    const file = await folder.write(`${what}.yaml`, text);
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
    if (why !== undefined) throw patchFailed(node, `with them ${why}`);
    return text;
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    if (error.exitCode !== undefined) throw patchFailed(node, withoutValues(error.stderrTail, files));
    throw unmerged(node, error);
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

/**
 * Merges the patches for after Ready, to check that they merge: twice, since every observation of the node merges them into what it
 * then runs.
 *
 * @returns the configuration with them.
 * @throws Refusal `patch-failed`, `patch-works-once`
 */
export async function tryMerging(
  access: ClusterAccess,
  node: PlannedNode,
  own: string,
  patches: PatchTexts,
  signal: AbortSignal,
): Promise<string> {
  const once = await mergePatches(access, node, own, patches, signal);
  try {
    await mergePatches(access, node, once, patches, signal);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason.kind !== 'patch-failed') throw error;
    throw new Refusal({ kind: 'patch-works-once', node: node.name, why: error.reason.why });
  }
  return once;
}

/** The patches are not to blame. talosctl's output may repeat them, so it is not passed on. */
function unmerged({ name }: PlannedNode, { timedOut, signal = 'nobody knows what' }: CommandFailed): Error {
  const how = timedOut ? 'did not end in time' : `was not started, or ended by ${signal}`;
  return new Error(`talosctl ${how} while it merged the patches of ${name}`);
}

export function patchFailed({ name }: PlannedNode, why: string): Refusal {
  return new Refusal({ kind: 'patch-failed', node: name, why: quoted(why) });
}
