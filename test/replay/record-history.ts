import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { projectRoot } from '../../src/tools/project-root.js';

/**
 * Writes the history of a workflow to `test/replay/histories/<name>.json`, with its real id:
 * `node dist/test/replay/record-history.js <address> <namespace> <workflow id> <name>`.
 */
const [address, namespace, workflowId, name] = process.argv.slice(2);
if (!address || !namespace || !workflowId || !name) {
  throw new Error('Usage: record-history ADDRESS NAMESPACE WORKFLOW-ID NAME');
}
const connection = await Connection.connect({ address });
const client = new Client({ connection, namespace });
const history = historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
const file = path.join(projectRoot, 'test', 'replay', 'histories', `${name}.json`);
await writeFile(file, `${JSON.stringify({ workflowId, history: JSON.parse(JSON.stringify(history)) as unknown })}\n`);
await connection.close();
