// Cuts every picture of a folder, as many at one time as the reference design has jobs, and writes the variants
// beside it afterwards. Prints the seconds that the cutting took, and those of processor time.
//
//     node cut_all.mjs FOLDER TIMES
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cut } from "./cut.mjs";

const JOBS_AT_ONCE = 5;
const [folder, times] = process.argv.slice(2);
const names = (await readdir(folder)).filter((name) => name.endsWith(".png"));
const pictures = await Promise.all(names.map((name) => readFile(`${folder}/${name}`)));

async function cutEach(indices) {
  const made = [];
  const waiting = indices[Symbol.iterator]();
  const job = async () => {
    for (const index of waiting) made[index] = await cut(pictures[index]);
  };
  await Promise.all(Array.from({ length: JOBS_AT_ONCE }, job));
  return made;
}

await cutEach([0]);
let made;
const [started, usedBefore] = [performance.now(), process.cpuUsage()];
for (let time = 0; time < Number(times); time++) made = await cutEach(names.keys());
const used = process.cpuUsage(usedBefore);
console.log((performance.now() - started) / 1000, (used.user + used.system) / 1e6);
await mkdir(`${folder}/sharp`, { recursive: true });
for (const [index, variants] of made.entries())
  for (const [name, data] of Object.entries(variants))
    await writeFile(`${folder}/sharp/${names[index].replace(".png", `-${name}.webp`)}`, data);
