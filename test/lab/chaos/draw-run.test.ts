import { describe, expect, it, test } from '@jest/globals';
import { chaosFaults, sendsBack } from '../../../lab/chaos/chaos-faults.js';
import { Dice } from '../../../lab/chaos/dice.js';
import { drawRun, stepsOfRole } from '../../../lab/chaos/draw-run.js';
import { machinesOf, shapeNamed, shapeNames } from '../../../lab/chaos/shapes.js';
import { faultCatalogue } from '../../../lab/faults/catalogue.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { stepOrders, steps, type StepName } from '../../../src/planning/steps/node-steps.js';

const many = Array.from({ length: 400 }, (_, index) => drawRun(3, index + 1));

describe('what is drawn', () => {
  it('is the same for the same seed and number, whatever was drawn before', () => {
    const last = drawRun(3, 400);
    expect(last).toEqual(many[399]);
    expect(drawRun(3, 7)).toEqual(many[6]);
  });

  it('is another for another seed, and for another number', () => {
    expect(drawRun(4, 7)).not.toEqual({ ...many[6], seed: 4 });
    expect(drawRun(3, 8)).not.toEqual({ ...many[6], index: 8 });
  });

  it('has a fault or an interruption for every run', () => {
    expect(many.filter(({ faults, points }) => faults.length + points.length === 0)).toEqual([]);
  });

  it('can be armed: the lab knows every fault, point and machine', () => {
    for (const { shape, faults } of many) {
      const plan = new FaultPlan({ nodes: machinesOf(shape).map(({ name }) => name) });
      for (const fault of faults) expect(() => plan.arm(fault)).not.toThrow();
    }
  });

  it('names steps that the node takes, each once, on nodes the run is about', () => {
    for (const { shape, nodes, points } of many) {
      const places = points.map(({ node, step }) => `${node} ${step}`);
      expect(new Set(places).size).toBe(places.length);
      for (const { node, step } of points) {
        expect(nodes).toContain(node);
        const role = machinesOf(shape).find(({ name }) => name === node)?.role ?? 'worker';
        expect(stepsOfRole(shapeNamed(shape).flow, role)).toContain(step);
      }
    }
  });

  it.each(shapeNames)('plays on %s', (shape) => {
    expect(many.some((run) => run.shape === shape)).toBe(true);
  });

  it.each(shapeNames)('plays only on %s where that is requested', (shape) => {
    expect(new Set(many.slice(0, 20).map(({ index }) => drawRun(3, index, [shape]).shape))).toEqual(
      new Set([shape]),
    );
  });

  const possible = new Set([...stepOrders.legacy, ...stepOrders.lifecycle, ...stepOrders.replace]);
  it.each([...possible])('interrupts %s', (step: StepName) => {
    expect(many.some(({ points }) => points.some((point) => point.step === step))).toBe(true);
    expect(steps).toHaveProperty([step]);
  });

  it.each(['rollback', 'ask'] as const)('says %s of a node that does not get well', (said) => {
    expect(many.some(({ onFailure }) => onFailure === said)).toBe(true);
  });

  it.each(['legacy', 'lifecycle'] as const)('is often a node of %s that has to roll back', (flow) => {
    const ofFlow = many.filter(({ shape }) => shapeNamed(shape).flow === flow);
    const back = ofFlow.filter(
      ({ faults, onFailure }) =>
        onFailure === 'rollback' &&
        sendsBack[flow].some((fault) => faults.some(({ name }) => name === fault)),
    );
    expect(back.length).toBeGreaterThan(ofFlow.length / 10);
  });

  it.each(['killed before', 'killed during', 'killed after', 'twice', 'hung', 'aborted'])(
    'has points of the kind %s',
    (what) => {
      expect(many.some(({ points }) => points.some((point) => point.what === what))).toBe(true);
    },
  );
});

describe('the faults of chaos', () => {
  const all = Object.entries(chaosFaults).flatMap(([flow, faults]) =>
    faults.map((fault) => ({ flow, ...fault })),
  );

  test.each(all)('$flow: $name is armed for a machine only where it can be', ({ name, at }) => {
    expect(at !== 'none' && faultCatalogue[name].node === 'none').toBe(false);
  });

  test.each(all)(
    '$flow: $name does not stand from the start, where it would refuse every run',
    ({ name, after }) => {
      const stands = faultCatalogue[name].lasts === 'standing';
      const harmless = ['api-front-stays-open', 'host-unreachable', 'etcd-stays-learner'];
      expect(stands && after === undefined && !harmless.includes(name)).toBe(false);
    },
  );
});

describe('dice', () => {
  it('throw each number of a range, and none beside it', () => {
    const dice = new Dice('range');
    const thrown = new Set(Array.from({ length: 200 }, () => dice.whole(2, 5)));
    expect(thrown).toEqual(new Set([2, 3, 4, 5]));
  });

  it('are others where any of their words is another', () => {
    const first = (...words: readonly (string | number)[]): readonly number[] => {
      const dice = new Dice(...words);
      return Array.from({ length: 5 }, () => dice.whole(1, 1_000));
    };
    expect(first(1, 2)).toEqual(first(1, 2));
    expect(first(1, 2)).not.toEqual(first(12));
    expect(first(1, 2)).not.toEqual(first(2, 1));
  });

  it('pick so many, in their order, and never one twice', () => {
    const dice = new Dice('some');
    for (let time = 0; time < 50; time += 1) {
      const some = dice.some(['a', 'b', 'c', 'd'], 3);
      expect(some).toHaveLength(3);
      expect([...new Set(some)].toSorted()).toEqual(some);
    }
    expect(dice.some(['a'], 3)).toEqual(['a']);
  });

  it('never throw what has no weight', () => {
    const dice = new Dice('weights');
    const thrown = new Set(
      Array.from({ length: 100 }, () => dice.weighted({ never: 0, seldom: 1, often: 5 })),
    );
    expect([...thrown].toSorted()).toEqual(['often', 'seldom']);
  });

  it('say that there is nothing to pick from', () => {
    expect(() => new Dice('none').pick([])).toThrow('there is nothing to pick from');
  });
});
