import { writeFileSync } from 'node:fs';
import { failuresPage, failuresPageTexts } from './failures-page.js';

/** Regenerates the tables of docs/failures.md: after a change of a sentence, an advice or the table of failures. */
writeFileSync(failuresPage, failuresPageTexts().wanted);
console.log(`wrote ${failuresPage}`);
