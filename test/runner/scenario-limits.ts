import { limits } from '../limits.js';
import { limitTests } from './limited.js';

/** For what runs on a lab. */
limitTests(limits.scenario);
