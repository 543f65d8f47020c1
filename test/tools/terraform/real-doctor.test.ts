import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { runChecks, type Finding } from '../../../src/cli/doctor/check.js';
import { looksOf } from '../../../src/cli/doctor/looks.js';
import { terraformChecks } from '../../../src/cli/doctor/terraform-checks.js';
import { declaredCluster } from '../../../src/cli/declared-cluster.js';
import { goodText } from '../../inventory/an-inventory.js';
import { TestTerraform, tools, twoMachines } from './a-terraform.js';
import { StateServer } from './state-server.js';

const aRun = 120_000;

/** Only here: the Terraform rows of slipway doctor, with the real program. */
describe.each(tools)('slipway doctor and the real %s', (tool) => {
  let test: TestTerraform;
  let server: StateServer;
  let section: object;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('http'));
    server = await StateServer.start();
    section = { backend: [{ file: test.file('backend', server.backend) }] };
    await declare();
  }, aRun);
  afterEach(async () => {
    await server.end();
    await test.end();
  });

  /** Commits a slipway.yaml with this section. */
  const declare = async (more: object = {}): Promise<void> => {
    const good = parse(goodText()) as { roles: Record<string, object>; nodes: object[] };
    const workers = ['k8s-work-1', 'k8s-work-2'].map((name, index) => ({
      name,
      role: 'worker',
      address: `10.9.0.${index + 1}`,
    }));
    const worker = {
      ...good.roles['worker'],
      terraform: 'terraform_data.vm["{node}"]',
      configuration: { by: 'terraform' },
    };
    const nodes = [...good.nodes.filter((node) => !('role' in node && node.role === 'worker')), ...workers];
    const inventory = {
      ...good,
      nodes,
      roles: { ...good.roles, worker },
      upgrade: { strategy: { minor: 'in-place', major: 'in-place' } },
      terraform: { ...test.section(tool, section), ...more },
    };
    test.write('slipway.yaml', JSON.stringify(inventory));
    test.commitAll();
  };

  const doctor = async (): Promise<Record<string, Finding>> => {
    const looks = looksOf(await declaredCluster(`${test.base}/slipway.yaml`), 'slipway');
    try {
      const findings = await runChecks(terraformChecks(looks), { cluster: 'prox-ops' });
      return Object.fromEntries(findings.map((one) => [one.what, one]));
    } finally {
      await looks.close();
    }
  };
  const verdicts = (rows: Record<string, Finding>): object =>
    Object.fromEntries(Object.entries(rows).map(([what, { verdict }]) => [what, verdict]));

  it(
    'finds all well, changes nothing, and gives the lock back',
    async () => {
      const terraform = await test.ready(tool, section);
      await test.apply(terraform, await test.plan(terraform));
      const before = server.state;
      const rows = await doctor();
      expect(verdicts(rows)).toEqual({
        [tool]: 'ok',
        configuration: 'ok',
        init: 'ok',
        backend: 'ok',
        state: 'ok',
        addresses: 'ok',
        lock: 'ok',
      });
      expect(rows['state']?.says).toMatch(/^Serial \d+ of lineage [\da-f-]{36}, 2 resources, written by/);
      expect(rows['addresses']?.says).toContain('2 nodes of 5 have an address');
      expect(server.state).toBe(before);
      expect(server.lock).toBeUndefined();
    },
    aRun,
  );

  it(
    'says that there is no state, and who holds its lock',
    async () => {
      server.lock = {
        ID: '0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10',
        Operation: 'OperationTypeApply',
        Who: 'ops@elsewhere',
        Version: '1.11.4',
        Created: '2026-11-22T08:14:05.123456Z',
      };
      const rows = await doctor();
      expect(verdicts(rows)).toMatchObject({ init: 'ok', state: 'fail', addresses: 'fail', lock: 'fail' });
      expect(rows['state']?.says).toContain('would make every machine a second time');
      expect(rows['lock']?.says).toContain('lock 0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10');
      expect(server.log).toEqual([]);
    },
    aRun,
  );

  it(
    'asks nothing of a configuration that is not committed, and says so once',
    async () => {
      test.write(
        'slipway.yaml',
        `${JSON.stringify(parse(test.git('show', 'HEAD:slipway.yaml')))}\n# later\n`,
      );
      const rows = await doctor();
      expect(verdicts(rows)).toEqual({
        [tool]: 'ok',
        configuration: 'fail',
        init: 'not-asked',
        backend: 'not-asked',
        bucket: 'not-asked',
        state: 'not-asked',
        addresses: 'not-asked',
        lock: 'not-asked',
      });
      expect(rows['configuration']?.says).toContain('is not committed as it is');
    },
    aRun,
  );

  it(
    'says so where the version is not here',
    async () => {
      await declare({ version: '1.2.99' });
      const rows = await doctor();
      expect(rows[tool]).toMatchObject({ verdict: 'fail', says: expect.stringContaining('1.2.99') });
      expect(rows['configuration']?.verdict).toBe('not-asked');
    },
    aRun,
  );
});
