import { accessCases } from './access-cases.js';
import { bootCases } from './boot-cases.js';
import { controlPlaneCases } from './control-plane-cases.js';
import { etcdCases } from './etcd-cases.js';
import { endingIn, type Ending, type FaultCase, type Flow } from './fault-case.js';
import { imageCases } from './image-cases.js';
import { installCases } from './install-cases.js';
import { peopleCases } from './people-cases.js';
import { replacementCases } from './replace-cases.js';
import { replacementWorkerCases } from './replace-worker-cases.js';
import { workerCases } from './worker-cases.js';

/** Every case, in the order of a run. */
export const everyCase: readonly FaultCase[] = [
  ...accessCases,
  ...imageCases,
  ...peopleCases,
  ...installCases,
  ...bootCases,
  ...etcdCases,
  ...controlPlaneCases,
  ...workerCases,
  ...replacementCases,
  ...replacementWorkerCases,
];

/** The cases a flow has, and how each must end there. */
export function casesIn(flow: Flow): { readonly story: FaultCase; readonly ending: Ending }[] {
  return everyCase.flatMap((story) => {
    const ending = endingIn(flow, story);
    return ending ? [{ story, ending }] : [];
  });
}
