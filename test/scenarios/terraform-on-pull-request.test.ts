import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitTo } from '../../lab/fake-github/branches.js';
import { MergeDay } from '../../lab/merge-day.js';
import { hypervisorOf } from '../../lab/put-back/replace-machines.js';
import { World } from '../../lab/world.js';

const [now, patch, minor] = ['v1.12.1', 'v1.12.2', 'v1.13.7'] as const;
const work1 = String.raw`module.worker\_nodes\["k8s-work-1"\]`;
/** A resource that would write the state, or use the network, if it were run. */
const theirs = 'resource "terraform_data" "theirs" {\n  input = timestamp()\n}\n';

/** Only here: the real Terraform says at an open pull request what it would do, and does nothing. */
describe('a pull request of a cluster whose machines Terraform makes', () => {
  let world: World;
  let day: MergeDay;
  let state: string;

  beforeAll(async () => {
    world = await World.start({
      name: 'terraform-on-pull',
      hypervisor: true,
      labArgs: ['--talos', now, '--target', now],
    });
    day = await MergeDay.of(world);
    state = await stateText();
  });

  afterAll(async () => {
    await day?.stop();
    await world?.stop();
  });

  const stateText = (): Promise<string> => readFile(hypervisorOf(world).terraform.state, 'utf8');
  /** The comment of a pull request, once it is there. */
  const comment = async (number: number): Promise<string> => {
    await world.until('its plan is there', () => Promise.resolve(day.comments(number, 'plan').length > 0));
    return day.comments(number, 'plan').join('');
  };

  it('in place: what Terraform would want to do next, which sees nothing of it', async () => {
    const text = await comment(await day.bump({ talos: patch }));
    expect(text).toContain('| strategy | in place (patch: same minor) |');
    expect(text).toMatch(
      /\*\*terraform sees nothing of an upgrade in place\.\*\* Its next plan, asked with these versions and the configuration of main, which it finds valid, would add (\d+), change 0 and destroy \1, all at once/,
    );
    expect(text).toMatch(/\(k8s-work-1\): destroyed and created/);
  });

  it('replaced: every machine, as the run would have it, and what beside the version needs approval', async () => {
    const files = { 'terraform/sizes.auto.tfvars': 'worker_memory_mb = 65536\n' };
    await commitTo(day.repository, { branch: 'main', files, message: 'More memory' }, day.owner);
    const text = await comment(await day.bump({ talos: minor }));
    expect(text).toContain('| strategy | machines replaced by Terraform');
    expect(text).toMatch(/\*\*What terraform says it would do\*\*, .*: add (\d+), change 0 and destroy \1\./);
    expect(text).toContain(work1);
    expect(text).toMatch(
      /\| needs approval \| Terraform would change .*memory\\_mb from 32768 to 65536 of k8s-work-1/,
    );
  });

  it('says what the configuration of the branch would do: nothing of the pull request is run', async () => {
    const text = await comment(
      await day.propose({
        title: 'B',
        files: {
          'slipway.yaml': (await day.read('slipway.yaml')).replace(`talos: ${now}`, `talos: ${patch}`),
          'terraform/theirs.tf': theirs,
        },
      }),
    );
    expect(text).toContain('terraform sees nothing of an upgrade in place');
    expect(text).not.toContain('theirs');
  });

  it('names its machines where it is not to be asked', async () => {
    const text = (await day.read('slipway.yaml')).replace(
      '\nterraform:\n',
      '\nterraform:\n  pullRequests: none\n',
    );
    expect(text).toContain('pullRequests: none');
    await commitTo(
      day.repository,
      { branch: 'main', files: { 'slipway.yaml': text }, message: 'No' },
      day.owner,
    );
    expect(await comment(await day.bump({ talos: minor }))).toMatch(
      /Terraform was not asked for this comment[^]*It replaces 6 machines/,
    );
  });

  it('says why where Terraform cannot plan, and plans without it', async () => {
    const files = {
      'slipway.yaml': (await day.read('slipway.yaml')).replace('  pullRequests: none\n', ''),
      'terraform/broken.tf': 'resource "nothing" {\n',
    };
    await commitTo(day.repository, { branch: 'main', files, message: 'Broken' }, day.owner);
    const text = await comment(await day.bump({ talos: minor }));
    expect(text).toMatch(
      /\*\*terraform could not be asked\*\* what it would do: .*The run asks it before it touches anything/,
    );
    expect(text).toContain('It replaces 6 machines');
    // The repository in slipway.yaml is in the plan, too.
    expect(text.replace(/<details>[^]*/, '')).not.toContain(world.folder);
    expect(text).not.toContain('slipway-steps');
  });

  it('writes nothing: the state is what it was, and no machine was touched', async () => {
    expect(await stateText()).toBe(state);
    const events = world.lab.machines.flatMap(({ name }) =>
      ['install-started', 'destroyed'].map((event) => world.machineEvents(name, event)),
    );
    expect((await Promise.all(events)).flat()).toEqual([]);
    expect((await world.stop()).complaints).toEqual([expect.stringContaining('no run was seen')]);
  });
});
