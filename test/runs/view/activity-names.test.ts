import { expect, test } from '@jest/globals';
import { createActivities } from '../../../src/activities/index.js';
import { stepOfActivity } from '../../../src/runs/view/activity-names.js';
import { steps, type StepName } from '../../../src/planning/steps/node-steps.js';

const activities = Object.keys(createActivities({} as never));
const known = new Set(activities.flatMap((name) => stepOfActivity(name) ?? []));

test.each(Object.keys(steps) as StepName[])(
  'the progress view knows the activity of %s by its name',
  (step) => {
    expect(known).toContain(step);
  },
);
