import { describeImage } from '../planning/reasons/describe.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { factoryHasIt } from './prepare-image.js';

export interface WarmFactory extends RunReference {
  /** Installer images of the hop, each once. */
  readonly images: readonly string[];
  /** Milliseconds for all of them. */
  readonly limit: number;
}

/**
 * Has the factory build every image of the hop before any node is touched. An image that is unavailable for the last node is found
 * before the first one is upgraded, and no node waits for a build.
 */
export async function warmFactory(
  settings: ActivitySettings,
  { images, limit, ...reference }: WarmFactory,
): Promise<string> {
  return inCluster(settings, reference, describeImage(images), async (access, wait) => {
    for (const image of images) await factoryHasIt(access, wait, image, limit);
    return `the factory has ${images.length === 1 ? 'the image' : `all ${images.length} images`}`;
  });
}
