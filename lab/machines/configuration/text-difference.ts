/** Which lines of a text go and which come, between the first and the last one that differ; empty for equal texts. */
export function changedLines(before: string, after: string): string {
  if (before === after) return '';
  const [old, young] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < young.length && old[start] === young[start]) start += 1;
  let same = 0;
  while (
    same < old.length - start &&
    same < young.length - start &&
    old[old.length - 1 - same] === young[young.length - 1 - same]
  )
    same += 1;
  const gone = old.slice(start, old.length - same).map((line) => `-${line}`);
  const come = young.slice(start, young.length - same).map((line) => `+${line}`);
  const where = `@@ -${start + 1},${gone.length} +${start + 1},${come.length} @@`;
  return ['--- a', '+++ b', where, ...gone, ...come, ''].join('\n');
}
