import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { foreground } from '../../../lab/processes/foreground.js';
import { World, nodeResult } from '../../../lab/world.js';
import { projectRoot } from '../../../src/tools/project-root.js';

const releases = readdirSync(path.join(projectRoot, 'test', 'replay', 'releases')).map((file) =>
  path.basename(file, '.json.gz'),
);
const [first, second] = ['k8s-ctrl-2', 'k8s-work-1'] as const;

/**
 * Only here: a run that the workflows of an earlier release begin, and those of today finish from the middle of a node. The activities
 * are those of today all along, so the plan is one that release can read; of 0.1.0, which cannot, histories are replayed.
 */
describe('a run of an earlier release', () => {
  let world: World | undefined;
  let bundle: string | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
    if (bundle) await rm(path.dirname(bundle), { recursive: true, force: true });
  }, 120_000);

  it.each(releases)(
    '%s is finished by the worker of today',
    async (release) => {
      bundle = await bundled(release);
      const at = await World.start({ name: 'older', workerEnv: { SLIPWAY_WORKFLOW_BUNDLE: bundle } });
      world = at;
      await at.slowPods(first, 8);
      const run = await at.upgrade('--only', first, second);
      await at.untilBegun(run, first, 'drainNode');
      await at.killWorker();
      await at.startWorker({
        command: process.execPath,
        args: [path.join(projectRoot, 'dist', 'src', 'worker', 'main.js')],
        env: { SLIPWAY_WORKFLOW_BUNDLE: path.join(projectRoot, 'dist', 'workflow-bundle.js') },
      });
      const result = await at.result(run);
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      for (const node of [first, second])
        expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', attempt: 1 });
      expect((await at.stop()).complaints).toEqual([]);
    },
    300_000,
  );
});

async function bundled(release: string): Promise<string> {
  const script = path.join(projectRoot, 'dist', 'test', 'replay', 'bundle-release.js');
  const env = { PATH: process.env['PATH'] ?? '' };
  const { code, stdout, stderr } = await foreground(process.execPath, [script, release], { env });
  if (code !== 0) throw new Error(`the workflows of ${release} could not be bundled: ${stderr}`);
  return stdout.trim();
}
