import { StepFolder } from '../../../src/tools/step-folder.js';
import { openTerraform, type OpenOptions } from '../../../src/tools/terraform/open-terraform.js';
import { RunRecords } from '../../../src/tools/terraform/run-records.js';
import type { WorkerOrder } from './start-worker.js';

/** Started by `startWorker`: applies the given plan, until it is killed. */
const limits = { timeoutMs: 120_000 };

process.once('message', (order: WorkerOrder) => {
  void work(order);
});
process.send?.('ready');

async function work({ section, options, records, values, target }: WorkerOrder): Promise<void> {
  const step = await StepFolder.open();
  const terraform = await openTerraform(section, {
    ...(options as OpenOptions),
    step,
    records: new RunRecords(records),
  });
  await terraform.init(limits);
  const saved = await terraform.plan({ values, replace: [], targets: [target] }, limits);
  await terraform.apply(saved, limits);
}
