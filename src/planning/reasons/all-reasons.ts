import { accessReasons } from './access.js';
import { etcdReasons } from './etcd.js';
import { gateReasons } from './gate.js';
import { inventoryReasons } from './inventory.js';
import { machinePatchReasons } from './machine-patch.js';
import { probeReasons } from './probe.js';
import { replacementReasons } from './replacement.js';
import { requestReasons } from './request.js';
import { rollbackReasons } from './rollback.js';
import { runReasons } from './run.js';
import { stepReasons } from './step.js';
import { terraformReasons } from './terraform.js';
import { terraformRunReasons } from './terraform-run.js';
import type { Entries } from './entry.js';
import type { Reason } from './reason.js';

/** Every kind of reason. */
export const allReasons: Entries<Reason> = {
  ...requestReasons,
  ...inventoryReasons,
  ...accessReasons,
  ...gateReasons,
  ...etcdReasons,
  ...stepReasons,
  ...runReasons,
  ...rollbackReasons,
  ...probeReasons,
  ...replacementReasons,
  ...machinePatchReasons,
  ...terraformReasons,
  ...terraformRunReasons,
};
