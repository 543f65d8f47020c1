import { limits } from '../limits.js';
import { limitTests } from './limited.js';

/** For unit and integration tests. */
limitTests(limits.test);
