import type { Check } from './check.js';
import { clockChecks } from './clock-checks.js';
import { credentialChecks } from './credential-checks.js';
import { endpointChecks } from './endpoint-checks.js';
import { factoryChecks } from './factory-checks.js';
import { inventoryChecks } from './inventory-checks.js';
import type { Looks } from './looks.js';
import { permissionChecks } from './permission-checks.js';
import { probeChecks } from './probe-checks.js';
import { snapshotChecks } from './snapshot-checks.js';
import { temporalChecks } from './temporal-checks.js';
import { terraformChecks } from './terraform-checks.js';
import { toolChecks } from './tool-checks.js';

/** The table of checks for one cluster. */
export function checksOf(observed: Looks): Check[] {
  return [
    ...toolChecks(observed),
    ...credentialChecks(observed),
    ...permissionChecks(observed),
    ...endpointChecks(observed),
    ...clockChecks(observed),
    ...temporalChecks(observed),
    ...factoryChecks(observed),
    ...terraformChecks(observed),
    ...inventoryChecks(observed),
    ...probeChecks(observed),
    ...snapshotChecks(observed),
  ];
}
