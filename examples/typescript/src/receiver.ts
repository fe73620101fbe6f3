// A receiver of webhooks: check, store, answer; work afterwards, in order, and once.
// `WEBHOOK_SECRET=whsec_… node dist/receiver.js [PORT]`
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";

import { Webhook } from "standardwebhooks";

interface Event {
  kind: string;
  reference: string | null;
}

const SECRET = new Webhook(process.env["WEBHOOK_SECRET"] ?? "");
const LONGEST = 65_536;
// A line for each message that was taken. A database does it better: there the work that a message
// asks for is noted as done in the transaction that does it.
const INBOX = process.env["WEBHOOK_INBOX"] ?? "inbox.jsonl";
const taken = new Set<string>(
  existsSync(INBOX)
    ? readFileSync(INBOX, "utf-8").split("\n").filter(Boolean).map((line) => JSON.parse(line).id)
    : [],
);

let work = Promise.resolve();

async function handle(event: Event): Promise<void> {
  console.log(event.kind, event.reference ?? "-"); // your work goes here
}

// The very bytes that came: JSON that was read and written again has another signature.
async function bytesOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LONGEST) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf-8");
}

const server = createServer(async (request, response) => {
  const body = await bytesOf(request);
  if (body === undefined) {
    response.writeHead(413, { Connection: "close" }).end();
    return;
  }
  try {
    SECRET.verify(body, request.headers as Record<string, string>);
  } catch {
    response.writeHead(401).end(); // nothing that the gate has sent
    return;
  }
  const id = String(request.headers["webhook-id"]);
  // At least once: the same event comes again, with the same id, where an answer was lost.
  if (!taken.has(id)) {
    appendFileSync(INBOX, `${JSON.stringify({ id, body })}\n`);
    taken.add(id);
    // The gate sends an entry's next event when we took the one before: one after the other, and
    // the order of each entry is kept.
    work = work.then(() => handle(JSON.parse(body) as Event)).catch(console.error);
  }
  response.writeHead(204).end(); // only now: before it was stored the gate would send it again
});

server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1");
