import { describe, expect, it } from '@jest/globals';
import { startsIn } from '../../../lab/bench/terraform-starts.js';
import { nodeOverhead } from '../../../lab/bench/node-overhead.js';
import {
  activity,
  evicted,
  gone,
  legacyUpgrade,
  moment,
  replacedUpgrade,
  request,
  requests,
  withActivities,
  withLogs,
} from './made-upgrade.js';

describe('the overhead of a node', () => {
  it('leaves out the machine, the drain and the soak, and adds up', () => {
    const { total, apart, overhead, split } = nodeOverhead(legacyUpgrade);
    expect(total).toBe(12_000);
    // The pull, and from the request to ready.
    expect(apart).toEqual({ machine: 50 + 4_600, drain: 1_000, soak: 2_000, gates: 0 });
    expect(overhead).toBe(12_000 - 7_650);
    const { roundTrips, polling, kubectl, looking } = split;
    expect(roundTrips + polling + kubectl + looking).toBe(overhead);
  });

  it('says what it was spent on', () => {
    expect(nodeOverhead(legacyUpgrade).split).toEqual({
      // 100 ms before each of seven activities, and 200 after the last.
      roundTrips: 900,
      // Ready at 8,000; the observation that found it began at 8,700.
      polling: 700,
      // The last pod was gone at 2,000, the drain ended at 2,900.
      kubectl: 900,
      terraform: 0,
      looking: 4_350 - 900 - 700 - 900,
    });
  });

  it('reports it by step, with the processes that each started', () => {
    const { byStep, starts, looks } = nodeOverhead(legacyUpgrade);
    expect(byStep.find(({ step }) => step === 'awaitBoot')).toEqual({
      step: 'awaitBoot',
      overhead: 1_000,
      starts: 0,
    });
    expect(byStep.find(({ step }) => step === 'soakNode')).toMatchObject({ overhead: 500, starts: 0 });
    expect(byStep.find(({ step }) => step === 'installTalos')).toMatchObject({ starts: 1 });
    expect({ starts, looks }).toEqual({ starts: 2, looks: 5 });
  });

  it('counts what the gates were held up to the preflight check that found them closed', () => {
    const held = withLogs({
      requests: [
        ...legacyUpgrade.logs.requests,
        request(450, requests.members),
        request(550, requests.members),
      ].toSorted((a, b) => a.at - b.at),
    });
    expect(nodeOverhead(held).apart.gates).toBe(100);
  });

  it('counts no drain where no pod had to leave this node', () => {
    const { apart, split } = nodeOverhead(withLogs({ pods: [evicted(1_000), gone(1_500, 'k8s-work-2')] }));
    expect(apart.drain).toBe(0);
    expect(split.kubectl).toBe(0);
  });

  it('counts as polling what the step after the boot waited for once the machine was ready', () => {
    const late = withLogs({ machines: [moment(6_000, 'booting'), moment(9_150, 'ready')] });
    expect(nodeOverhead(late).split.polling).toBe(50);
  });

  it('counts the time between the leadership transfer and the next observation as polling', () => {
    const evidence = withActivities(activity('transferLeadership', 2_910, 2_990));
    const asked = [
      request(2_920, requests.forfeit, { endedAt: 2_930 }),
      request(2_960, requests.status),
      request(2_980, requests.status),
    ];
    const logs = { ...evidence.logs, requests: [...asked, ...evidence.logs.requests] };
    const { split } = nodeOverhead({ ...evidence, logs });
    expect(split.polling).toBe(700 + 30);
  });

  it('takes the reboot, and not the install, for the time the machine is away in the lifecycle flow', () => {
    const lifecycle = withLogs({
      requests: [
        request(200, requests.pull113, { endedAt: 250 }),
        request(3_100, requests.pull113),
        request(3_110, requests.upgrade113, { endedAt: 3_400 }),
        request(3_700, requests.reboot),
        request(8_700, requests.versions),
      ],
    });
    expect(nodeOverhead(lifecycle).apart.machine).toBe(50 + 290 + 4_300);
  });

  it('refuses a node that never was ready again', () => {
    const lost = withLogs({ machines: [moment(3_000, 'ready'), moment(4_000, 'rebooting')] });
    expect(() => nodeOverhead(lost)).toThrow(
      'k8s-work-1 went down for its upgrade and was never ready again',
    );
  });
});

describe('the overhead of a machine replaced', () => {
  const { total, apart, overhead, split, byStep, terraformStarts } = nodeOverhead(replacedUpgrade);

  it('leaves out what Terraform makes and what the machine does automatically, and adds up', () => {
    expect(total).toBe(12_000);
    // The apply until 3,000; its boot until 3,200 and from its configuration on, until its member votes, and responds.
    expect(apart).toEqual({ machine: 1_000 + 200 + 3_500 + 1_900, drain: 0, soak: 0, gates: 0 });
    expect(overhead).toBe(12_000 - 6_600);
    const { roundTrips, polling, kubectl, terraform, looking } = split;
    expect(roundTrips + polling + kubectl + terraform + looking).toBe(overhead);
  });

  it('counts every Terraform but the apply, and what ran while the machine was busy', () => {
    // The last poll ran while the machine booted, and for 50 longer.
    expect(split.terraform).toBe(300 + 500 + 50);
    expect(terraformStarts).toBe(5);
  });

  it('counts as polling what passed once its member had its vote, but for what that took to answer', () => {
    // It voted at 8,000, was read at 8,100 and responded at 10,000; the step ended at 10,050.
    expect(split.polling).toBe(100 + 50);
    expect(byStep.find(({ step }) => step === 'awaitEtcdMember')?.overhead).toBe(100 + 50);
  });

  it('has another name where it never happened', () => {
    const lost = {
      ...replacedUpgrade,
      logs: { ...replacedUpgrade.logs, machines: [moment(2_500, 'created')] },
    };
    expect(() => nodeOverhead(lost)).toThrow('k8s-work-1 was replaced and was never ready again');
  });
});

it('a log of Terraform is read line by line; asking for its version is nothing of a step', () => {
  const log = '20 25 plan\n1 2 version\n10 15 init\n30';
  expect(startsIn(log)).toEqual([
    { from: 10, to: 15, command: 'init' },
    { from: 20, to: 25, command: 'plan' },
  ]);
});
