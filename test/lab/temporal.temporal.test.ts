import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { ProcessGroup } from '../../lab/processes/process-group.js';
import { TemporalServer } from '../../lab/temporal.js';
import { toolPath } from '../../src/tools/tool-path.js';

const directory = mkdtempSync(path.join(os.tmpdir(), 'slipway-temporal-'));
const processes = new ProcessGroup(directory);
afterAll(async () => {
  await processes.stopAll();
  rmSync(directory, { recursive: true, force: true });
});

it('a Temporal that was killed starts again on the same ports and remembers what it knew', async () => {
  const server = await TemporalServer.start({ processes, binary: await toolPath('temporal'), directory });
  const { address, ui } = server.description;
  const ask = async <T>(question: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await Connection.connect({ address });
    try {
      return await question(connection);
    } finally {
      await connection.close();
    }
  };
  await ask(({ workflowService }) =>
    workflowService.registerNamespace({
      namespace: 'kept',
      workflowExecutionRetentionPeriod: { seconds: 86_400 } as never,
    }),
  );
  await server.kill();
  expect(server.running).toBe(false);
  await server.restart();
  expect(server.description.address).toBe(address);
  const kept = await ask(({ workflowService }) => workflowService.describeNamespace({ namespace: 'kept' }));
  expect(kept.namespaceInfo?.name).toBe('kept');
  expect((await fetch(ui)).status).toBe(200);

  const other = await TemporalServer.start({
    processes,
    binary: await toolPath('temporal'),
    directory: path.join(directory, 'other'),
  });
  expect(other.description.address).not.toBe(address);
});

it('a port that was taken since it was found free is replaced by another one, however long the log after it', async () => {
  const own = mkdtempSync(path.join(directory, 'taken-'));
  const binary = path.join(own, 'temporal.sh');
  const began = path.join(own, 'began');
  // As Temporal 1.29 exits where a listener fails; the next start is the real one.
  const source = `#!/bin/sh
if [ ! -e '${began}' ]; then
  : > '${began}'
  echo 'level=ERROR msg="Failed to start gRPC listener" error="listen tcp 127.0.0.1:7233: bind: address already in use"'
  echo 'panic: runtime error: invalid memory address or nil pointer dereference'
  for frame in $(seq 50); do echo "goroutine 1 [running]: frame $frame"; done
  exit 2
fi
exec '${await toolPath('temporal')}' "$@"
`;
  writeFileSync(binary, source, { mode: 0o755 });
  const server = await TemporalServer.start({ processes, binary, directory: own });
  expect(server.running).toBe(true);
});

it('another server that answers on its port, before it has noticed that, is not taken for it', async () => {
  const own = mkdtempSync(path.join(directory, 'other-'));
  const binary = path.join(own, 'temporal.sh');
  const [began, again] = [path.join(own, 'began'), path.join(own, 'again')];
  const real = await toolPath('temporal');
  const source = `#!/bin/sh
if [ ! -e '${began}' ]; then
  : > '${began}'
  for argument in "$@"; do case "$argument" in --port=*) port="$argument" ;; esac; done
  '${real}' server start-dev --ip=127.0.0.1 "$port" --headless --db-filename='${own}/other.db' > '${own}/other.log' 2>&1 &
  sleep 4
  kill -9 $!
  echo 'level=ERROR msg="Failed to start gRPC listener" error="listen tcp 127.0.0.1:7233: bind: address already in use"'
  exit 2
fi
: > '${again}'
exec '${real}' "$@"
`;
  writeFileSync(binary, source, { mode: 0o755 });
  const server = await TemporalServer.start({ processes, binary, directory: own });
  expect([server.running, existsSync(again)]).toEqual([true, true]);
});
