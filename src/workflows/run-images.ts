import { describeImage } from '../planning/reasons/describe.js';
import type { Hop } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { reasonOf } from './failure-reason.js';
import { activitiesFor } from './step-activities.js';

/**
 * Whether the factory has every image of the hop. A replaced machine comes with its image.
 *
 * @returns why not; undefined: they are there.
 */
export async function missingImages(
  reference: { readonly cluster: string; readonly run: number },
  limit: number,
  hop: Hop,
): Promise<Reason | undefined> {
  const installed = hop.nodes.filter((node) => !node.skip && !node.armed && !node.replacement && !node.back);
  const images = [...new Set(installed.map((node) => node.image))];
  if (images.length === 0) return undefined;
  try {
    await activitiesFor('wait', limit, describeImage(images)).warmFactory({ ...reference, images, limit });
    return undefined;
  } catch (error) {
    const reason = reasonOf(error, describeImage(images), limit);
    if (reason.kind === 'aborted') throw error;
    return reason;
  }
}
