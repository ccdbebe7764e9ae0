import { faultOf, mutated, randomOf, seeds } from './documents';

/*
 * `npm run fuzz:formats -- COUNT SEED`: that many documents with accidents, through every reader. Says the slowest and the most
 * memory; fails at the first that is neither refused with a sentence nor a topology that can be saved.
 */

const [count = 100_000, seed = 1] = process.argv.slice(2).map(Number);
const random = randomOf(seed);
let slowest = { ms: 0, text: '' };
for (let done = 0; done < count; done += 1) {
  const text = mutated(seeds[done % seeds.length] ?? '', random);
  // of the processor, not of the clock: a busy machine takes it away for longer than a document takes
  const start = process.cpuUsage();
  const fault = faultOf(text);
  const used = process.cpuUsage(start);
  const ms = (used.user + used.system) / 1000;
  if (ms > slowest.ms) slowest = { ms, text };
  if (fault !== null) {
    console.error(`${fault}\nof document ${done}: ${JSON.stringify(text)}`);
    process.exit(1);
  }
  if (done % 10_000 === 9_999) console.log(`${done + 1} documents, slowest ${slowest.ms.toFixed(0)} ms`);
}
const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
console.log(`${count} documents: all refused or valid; slowest ${slowest.ms.toFixed(0)} ms, peak memory ${peak} MB`);
