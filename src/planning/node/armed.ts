import type { NodeObject } from './observation.js';
import { flowOf } from '../versions/upgrade-flow.js';

/** An install as its mark on the Node tells it. */
export interface InstallMark {
  /** The workflow that sent it, or was about to. */
  readonly by: string;
  readonly version: string | undefined;
  /** The boot it was sent in; undefined, as what follows: somebody changed the annotation. */
  readonly bootId: string | undefined;
  /** What the image was made of. */
  readonly schematic: string | undefined;
}

/** Reads `slipway.dev/install`. */
export function installMark(mark: string | undefined): InstallMark | undefined {
  if (mark === undefined) return undefined;
  const [by = '', version, bootId, schematic] = mark.split(' ');
  return { by, version, bootId, schematic };
}

/** Writes `slipway.dev/install`. */
export function installMarkText(by: string, version: string, bootId: string, schematic: string): string {
  return `${by} ${version} ${bootId} ${schematic}`;
}

/** Writes `slipway.dev/armed`. */
export function armedMarkText(version: string, bootId: string, schematic: string): string {
  return `${version} ${bootId} ${schematic}`;
}

/** What waits on a node for its next boot. */
export interface Armed {
  readonly version: string;
  readonly schematic: string | undefined;
  /** `maybe`: the install was sent, or nearly was, and nobody heard how it ended. */
  readonly sure: boolean;
}

/**
 * The version a node of the lifecycle flow has installed and has not booted, as far as its marks tell; a mark of an earlier boot
 * says nothing any more. There is nothing Talos could be asked: the default boot entry is no resource of its API.
 */
export function armedWith({ marks, bootId }: Pick<NodeObject, 'marks' | 'bootId'>): Armed | undefined {
  const [version, under, schematic] = marks.armed?.split(' ') ?? [];
  if (version && under === bootId) return { version, schematic, sure: true };
  const install = installMark(marks.install);
  if (install?.version === undefined || install.bootId !== bootId) return undefined;
  return { version: install.version, schematic: install.schematic, sure: false };
}

/** What boots next on a node in place of what it runs; where an install and its reboot are one request, nothing does. */
export function bootsNext(
  object: Pick<NodeObject, 'marks' | 'bootId'>,
  runs: { readonly version: string; readonly schematic: string },
): Armed | undefined {
  const armed = flowOf(runs.version) === 'lifecycle' ? armedWith(object) : undefined;
  return armedFor(armed, runs) ? undefined : armed;
}

/** That it does, as the end of a sentence about the node. */
export function bootsNextText({ version, sure }: Pick<Armed, 'version' | 'sure'>): string {
  return `${sure ? 'has' : 'may have'} ${version} installed and not booted, which its next boot takes, whatever causes it`;
}

/** Whether what waits is what is wanted: then only the reboot is left to do. */
export function armedFor(
  armed: Armed | undefined,
  wanted: { readonly version: string; readonly schematic: string },
): boolean {
  return armed !== undefined && armed.version === wanted.version && armed.schematic === wanted.schematic;
}
