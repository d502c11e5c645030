// The reference design: a queue of jobs, a worker that asks, downloads and calls back, and the receiver that it calls,
// which answers first and then cuts. Ends when every variant of every prompt (JSON on standard input) is written.
//
//     node campaign.mjs API_URL REDIS_PORT JOBS_AT_ONCE FOLDER < prompts.json
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Queue, Worker } from "bullmq";
import express from "express";
import { cut } from "./cut.mjs";

const [apiUrl, redisPort, jobsAtOnce, folder] = process.argv.slice(2);
const prompts = JSON.parse(await text(process.stdin));
const connection = { host: "127.0.0.1", port: Number(redisPort), maxRetriesPerRequest: null };
await mkdir(folder, { recursive: true });

let finish;
const finished = new Promise((resolve) => (finish = resolve));
let left = prompts.length;

async function processImage({ filePath }) {
  const made = await cut(await readFile(filePath));
  for (const [name, data] of Object.entries(made)) await writeFile(filePath.replace(".png", `-${name}.webp`), data);
  if (--left === 0) finish();
}

const receiver = express();
receiver.use(express.json());
receiver.post("/callbacks/ideogram", (request, response) => {
  response.json({ received: true });
  if (request.body.event === "generation.completed") processImage(request.body).catch(fail);
});
const listener = receiver.listen(0, "127.0.0.1");
await once(listener, "listening");
const callbackUrl = `http://127.0.0.1:${listener.address().port}/callbacks/ideogram`;

async function generate({ id, data }) {
  const { prompt, model = "V_2", style = "AUTO", aspectRatio = "ASPECT_1_1", metadata } = data;
  const image_request = { prompt, model, style_type: style, aspect_ratio: aspectRatio, magic_prompt_option: "AUTO" };
  const answer = await fetch(`${apiUrl}/generate`, {
    method: "POST",
    headers: { "Api-Key": "any", "Content-Type": "application/json" },
    body: JSON.stringify({ image_request }),
  });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  const [image] = (await answer.json()).data;
  const filePath = `${folder}/${image.seed}.png`;
  await writeFile(filePath, Buffer.from(await (await fetch(image.url)).arrayBuffer()));
  const told = { event: "generation.completed", jobId: id, prompt, seed: image.seed, resolution: image.resolution };
  await fetch(data.callbackUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...told, filePath, metadata }),
  });
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

const queue = new Queue("images", { connection });
const worker = new Worker("images", generate, { connection, concurrency: Number(jobsAtOnce) });
worker.on("failed", (job, error) => job?.attemptsMade >= 3 && fail(error));
worker.on("error", fail);
const opts = {
  attempts: 3,
  backoff: { type: "exponential", delay: 2000 },
  removeOnComplete: 100,
  removeOnFail: 50,
};
await queue.addBulk(prompts.map((prompt) => ({ name: "generate", data: { prompt, callbackUrl, metadata: {} }, opts })));
await finished;
await worker.close();
await queue.close();
process.exit(0);
