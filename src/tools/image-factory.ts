import { parse } from 'yaml';
import { z } from 'zod';
import type { Answer } from '../planning/node/observation.js';
import { dial, type DialMap } from './dial-map.js';
import { messageOf } from './refusal.js';

/** The answer of the factory's registry for an image. */
export type ImageAnswer =
  | { readonly kind: 'there' }
  | { readonly kind: 'missing'; readonly status: number }
  /** Retry after `retryAfterMs`. */
  | { readonly kind: 'later'; readonly why: string; readonly retryAfterMs: number };

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The factory builds images on demand, in up to minutes. */
const buildMs = 300_000;
const askMs = 20_000;
/** Its version list is a few kilobytes. */
const bytesMax = 1024 * 1024;

/** Versions of Talos the factory can build, as it lists them. */
export async function factoryVersions(factory: string, dialMap: DialMap): Promise<Answer<readonly string[]>> {
  try {
    const response = await fetch(`${baseUrl(factory, dialMap)}/versions`, {
      signal: AbortSignal.timeout(askMs),
    });
    if (!response.ok) return { kind: 'unreachable', why: `${factory}/versions answered ${response.status}` };
    const text = await response.text();
    if (text.length > bytesMax)
      return { kind: 'unreachable', why: `${factory}/versions answered more than ${bytesMax} bytes` };
    return { kind: 'answered', value: z.array(z.string()).parse(JSON.parse(text)) };
  } catch (error) {
    return { kind: 'unreachable', why: `${factory}: ${failure(error)}` };
  }
}

const schematicShape = z.object({
  customization: z
    .object({
      systemExtensions: z.object({ officialExtensions: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

/** The official system extensions of a schematic; `null`: the factory has no schematic with that id. */
export async function schematicContents(
  factory: string,
  id: string,
  dialMap: DialMap,
): Promise<Answer<readonly string[] | null>> {
  try {
    const response = await fetch(`${baseUrl(factory, dialMap)}/schematics/${id}`, {
      signal: AbortSignal.timeout(askMs),
    });
    if (response.status === 404) return { kind: 'answered', value: null };
    if (!response.ok)
      return { kind: 'unreachable', why: `${factory}/schematics/${id} answered ${response.status}` };
    const text = await response.text();
    if (text.length > bytesMax)
      return { kind: 'unreachable', why: `${factory}/schematics/${id} answered more than ${bytesMax} bytes` };
    const { customization } = schematicShape.parse(parse(text) ?? {});
    return { kind: 'answered', value: customization?.systemExtensions?.officialExtensions ?? [] };
  } catch (error) {
    return { kind: 'unreachable', why: `${factory}: ${failure(error)}` };
  }
}

/** Requests an installer image's manifest from the factory's registry, which makes the factory build the image. */
export async function askForImage(
  image: string,
  dialMap: DialMap,
  signal: AbortSignal,
): Promise<ImageAnswer> {
  const { host, name, tag } = parts(image);
  try {
    const response = await fetch(`${baseUrl(host, dialMap)}/v2/${name}/manifests/${tag}`, {
      method: 'HEAD',
      headers: { accept: manifestTypes },
      signal: AbortSignal.any([signal, AbortSignal.timeout(buildMs)]),
    });
    if (response.ok) return { kind: 'there' };
    if (response.status === 429 || response.status >= 500) {
      return {
        kind: 'later',
        why: `${host} answered ${response.status}`,
        retryAfterMs: retryAfter(response),
      };
    }
    return { kind: 'missing', status: response.status };
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: 'later', why: `${host}: ${failure(error)}`, retryAfterMs: 5_000 };
  }
}

function baseUrl(host: string, dialMap: DialMap): string {
  const target = dial(dialMap, host);
  return target.includes('://') ? target.replace(/\/$/, '') : `https://${target}`;
}

function parts(image: string): { host: string; name: string; tag: string } {
  const match = /^(?<host>[^/]+)\/(?<name>.+):(?<tag>[^:/]+)$/.exec(image);
  if (!match?.groups) throw new Error(`"${image}" is no image reference of the form host/name:tag`);
  return {
    host: match.groups['host'] ?? '',
    name: match.groups['name'] ?? '',
    tag: match.groups['tag'] ?? '',
  };
}

/** Retry-After in seconds or as a date, between one second and one minute. */
function retryAfter(response: Response): number {
  const header = response.headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Math.min(60_000, Math.max(1_000, Number.isFinite(ms) ? ms : 5_000));
}

function failure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause, 160);
}
