import { installerImage, schematicOf } from '../../planning/versions/installer-image.js';
import { newestOf, minorOf } from '../../planning/versions/versions.js';
import { askForImage, schematicContents } from '../../tools/image-factory.js';
import { NotAsked, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';

const askMs = 25_000;
/** The factory builds an image at its first request. That takes minutes, so the check does not wait for it. */
const imageMs = 40_000;

/** The Image Factory, and each image the declared version needs. */
export function factoryChecks(observed: Looks): Check[] {
  const { inventory, dialMap } = observed;
  const { factory } = inventory.image;
  const declared = inventory.versions.talos;
  const versions = async (): Promise<readonly string[]> => {
    const answer = await observed.factory();
    if (answer.kind === 'unreachable') throw new NotAsked(`${factory} does not answer`);
    return answer.value;
  };
  return [
    {
      group: 'factory',
      what: 'factory',
      limitMs: askMs,
      ask: async () => {
        const answer = await observed.factory();
        return answer.kind === 'answered'
          ? { verdict: 'ok', says: `${factory} answers, and knows ${answer.value.length} versions of Talos.` }
          : {
              verdict: 'fail',
              says: `It does not answer: ${answer.why}.`,
              type: [`curl -sS https://${factory}/versions`],
            };
      },
    },
    {
      group: 'factory',
      what: `Talos ${declared}`,
      limitMs: askMs,
      ask: async () => {
        const known = await versions();
        if (known.includes(declared)) return { verdict: 'ok', says: `${factory} can build it.` };
        const newest = newestOf(minorOf(declared), known);
        return {
          verdict: 'fail',
          says: `${factory} does not know it${newest ? `; the newest of that minor is ${newest}` : ''}.`,
          type: ['slipway plan  # after versions.talos of slipway.yaml was corrected'],
        };
      },
    },
    ...imagesOf(observed).map(({ image, schematic, users }): Check => ({
      group: 'factory',
      what: `image of ${users}`,
      limitMs: imageMs,
      ask: async (signal) => {
        await versions();
        const answer = await askForImage(
          image,
          dialMap,
          AbortSignal.any([signal, AbortSignal.timeout(askMs)]),
        ).catch(() => undefined);
        if (answer?.kind === 'there') return { verdict: 'ok', says: `${short(image)} is there.` };
        if (answer?.kind !== 'missing') {
          return {
            verdict: 'warn',
            says: `${short(image)} is not there yet${answer ? `: ${answer.why}` : ', the factory is still building it'}.`,
            type: ['slipway doctor  # again in some minutes'],
          };
        }
        const contents = await schematicContents(factory, schematic, dialMap);
        const exists = contents.kind === 'answered' ? contents.value !== null : undefined;
        return missing(image, schematic, exists);
      },
    })),
  ];
}

function missing(image: string, schematic: string, known: boolean | undefined): Answer {
  const why =
    known === false
      ? `the factory has no schematic ${schematic.slice(0, 8)}…`
      : 'the factory has the schematic, and no image of it for this version and platform';
  const unknown = known === undefined ? 'the factory has no such image' : why;
  return {
    verdict: 'fail',
    says: `${short(image)} is missing: ${unknown}.`,
    type: [
      'curl -X POST --data-binary @schematic.yaml https://FACTORY/schematics  # its answer is the id slipway.yaml names',
    ],
  };
}

/** Each image once, and which nodes use it. */
function imagesOf({ inventory }: Looks): { image: string; schematic: string; users: string }[] {
  const users = new Map<string, { schematic: string; names: string[]; roles: Set<string> }>();
  for (const node of inventory.nodes) {
    const image = installerImage(inventory, node, inventory.versions.talos);
    const known = users.get(image) ?? {
      schematic: schematicOf(inventory, node),
      names: [],
      roles: new Set(),
    };
    known.names.push(node.name);
    known.roles.add(node.role);
    users.set(image, known);
  }
  return [...users].map(([image, { schematic, names, roles }]) => ({
    image,
    schematic,
    users:
      names.length === 1
        ? (names[0] ?? '')
        : `${names.length} ${[...roles].map((role) => `${role.replace('-', ' ')}s`).join(' and ')}`,
  }));
}

/** `nocloud-installer/99073176…:v1.12.1`: ids have 64 digits. */
function short(image: string): string {
  return image.replace(/^[^/]+\//, '').replace(/([0-9a-f]{8})[0-9a-f]{56}/, '$1…');
}
