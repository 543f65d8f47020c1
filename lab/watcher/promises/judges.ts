import type { Judge, PromiseName } from '../finding.js';
import { oneControlPlaneAtATime } from './i1-one-control-plane.js';
import { etcdAllowsIt } from './i2-etcd-guard.js';
import { snapshotFirst } from './i3-snapshot-first.js';
import { oneRequestAtATime } from './i4-one-request.js';
import { cordonsEnd } from './i5-cordons-end.js';
import { sentOnce } from './i6-sent-once.js';
import { successIsObserved } from './i7-success-observed.js';
import { noMinorSkipped } from './i8-no-skipped-minor.js';
import { firstFailureHalts } from './i9-first-failure-halts.js';
import { noSecretShown } from './i10-no-secrets.js';
import { onlyThePlan } from './i12-only-the-plan.js';
import { waitsAreExplained } from './i13-waits-explained.js';
import { evictsOnly } from './i14-evicts-only.js';
import { noWayThrough } from './i16-no-way-through.js';

/** The judge of each promise, and the promise in a few words. */
export const judges: Readonly<Record<PromiseName, { readonly promises: string; readonly judge: Judge }>> = {
  I1: { promises: 'one control plane at a time', judge: oneControlPlaneAtATime },
  I2: { promises: 'etcd survives each disruption', judge: etcdAllowsIt },
  I3: { promises: 'a proven, encrypted snapshot before anything', judge: snapshotFirst },
  I4: { promises: 'one destructive request at a time', judge: oneRequestAtATime },
  I5: { promises: 'cordons end as they should', judge: cordonsEnd },
  I6: { promises: 'an install is sent once', judge: sentOnce },
  I7: { promises: 'success is observed', judge: successIsObserved },
  I8: { promises: 'no minor skipped, nothing unsupported', judge: noMinorSkipped },
  I9: { promises: 'the first failure halts, and holds', judge: firstFailureHalts },
  I10: { promises: 'no secret shown', judge: noSecretShown },
  I12: { promises: 'Terraform changes what the plan names, and nothing else', judge: onlyThePlan },
  I13: { promises: 'every wait ends and says why', judge: waitsAreExplained },
  I14: { promises: 'evicts, never deletes, stops no protected pod', judge: evictsOnly },
  I16: { promises: 'nothing through the node, nor the virtual address', judge: noWayThrough },
};
