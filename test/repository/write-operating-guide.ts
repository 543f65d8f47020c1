import { writeFileSync } from 'node:fs';
import { operatingGuide, operatingGuideTexts } from './operating-guide.js';

/** Writes the tables of the guide for operators again: after a change of a sentence, an advice or the table of failures. */
writeFileSync(operatingGuide, operatingGuideTexts().wanted);
console.log(`wrote ${operatingGuide}`);
