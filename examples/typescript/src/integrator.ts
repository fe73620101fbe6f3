// A company's system in small: register a vehicle and follow it until it is called.
// `npm ci && npm run generate && node dist/integrator.js`, with the gate running (`make run`).
// GATE_URL, GATE_CLIENT and GATE_KEY name another gate, and who you are there.
import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import createClient, { type Client } from "openapi-fetch";

// Types of everything that the gate takes and answers, generated from openapi.json.
import type { components, paths } from "./gate.js";

type Entry = components["schemas"]["RegisteredOut"];
type Event = components["schemas"]["EventOut"];

const URL = process.env["GATE_URL"] ?? "http://127.0.0.1:8000";
const CLIENT = process.env["GATE_CLIENT"] ?? "company-1";
const WAIT_SECONDS = 25;

function sandboxKey(): string {
  const place = new globalThis.URL("../../../var/sandbox-keys.json", import.meta.url);
  return JSON.parse(readFileSync(place, "utf-8"))[CLIENT];
}

// Changes the key for access tokens. Nothing reckons when one ends: one that opens nothing any
// more is answered by 401, whether it is too old or its key was rotated, and a new one is asked
// for, once.
function authorised(key: string): (request: Request) => Promise<Response> {
  let token: string | undefined;
  async function renewed(): Promise<string> {
    const basic = Buffer.from(`${CLIENT}:${key}`).toString("base64");
    const answer = await fetch(`${URL}/oauth/token`, {
      method: "POST",
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    if (!answer.ok) throw new Error(`no token: ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }
  function send(request: Request): Promise<Response> {
    const own = request.clone(); // the body of a request is sent once
    own.headers.set("Authorization", `Bearer ${token}`);
    return fetch(own);
  }
  return async (request) => {
    token ??= await renewed();
    const answer = await send(request);
    if (answer.status !== 401) return answer;
    token = await renewed();
    return send(request);
  };
}

// `code` never changes and is what a program decides by; `detail` is for people.
function answered<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function register(gate: Client<paths>): Promise<Entry> {
  // The gate's clock: a sandbox may be on another day.
  const path = { gate: "tan-thanh", direction: "export" } as const;
  const queue = answered(await gate.GET("/v1/gates/{gate}/queues/{direction}", { params: { path } }));
  const digits = String(randomInt(100_000)).padStart(5, "0");
  return answered(
    await gate.POST("/v1/entries", {
      // Whoever sends it again after a broken connection gets the same answer, not a second entry.
      params: { header: { "Idempotency-Key": randomUUID() } },
      body: {
        ...path,
        planned_arrival_at: queue.as_of,
        client_reference: `example-ts-${digits}`,
        vehicle: { tractor_plate: `15C-${digits}`, payload_kg: 15_000 },
        consignments: [{ lines: [{ goods_group: "fresh-produce-export", product: "lychee" }] }],
      },
    }),
  );
}

// What happens after a position, for ever, in order and each at least once.
async function* events(gate: Client<paths>, after?: number): AsyncGenerator<Event> {
  for (;;) {
    const query = { wait: WAIT_SECONDS, ...(after === undefined ? {} : { after }) };
    const answer = await gate.GET("/v1/events", { params: { query } });
    if (answer.response.status === 410) {
      // We were away for too long: a real system now reads its entries anew.
      after = (answer.error as unknown as { oldest: number }).oldest;
      continue;
    }
    const page = answered(answer);
    yield* page.items;
    after = page.after; // a real system stores it, after its work
  }
}

const key = process.env["GATE_KEY"] ?? sandboxKey();
const gate = createClient<paths>({ baseUrl: URL, fetch: authorised(key) });
const entry = await register(gate);
console.log("registered", entry.reference, entry.lane);
for await (const event of events(gate)) {
  if (event.entry !== entry.id) continue;
  console.log(event.kind, event.data["call_number"] ?? "");
  // Kinds that we do not know are passed over: more may come in any release.
  if (event.kind === "call.made") break;
}
