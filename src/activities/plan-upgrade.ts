import { createHash } from 'node:crypto';
import { certificatesOutlast } from '../planning/certificates.js';
import type { Planned } from '../planning/plan.js';
import { planUpgrade as plan } from '../planning/upgrade-plan.js';
import { factoryVersions } from '../tools/image-factory.js';
import { observeCluster } from '../tools/observe-cluster.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

/** Observes the cluster and makes the run's plan: the same function `slipway plan` prints. Recorded, it does not change. */
export async function planUpgrade(settings: ActivitySettings, reference: RunReference): Promise<Planned> {
  const { request, inventory, only } = await settings.inputOf(reference.cluster, reference.run);
  return inCluster(
    settings,
    reference,
    'the cluster is observed and the plan is made',
    async (access, wait) => {
      const [observation, availableVersions, certificates] = await Promise.all([
        observeCluster(access, { signal: wait.signal }),
        factoryVersions(inventory.image.factory, access.dialMap),
        access.certificates({ admin: true }),
      ]);
      const planned = plan({
        request,
        inventory,
        observation,
        availableVersions,
        only,
        sha256: (text) => createHash('sha256').update(text).digest('hex'),
        now: observation.observedAt,
      });
      return certificatesOutlast(planned, certificates, Date.now());
    },
  );
}
