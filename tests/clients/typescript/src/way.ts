// A truck's way through the TypeScript client: register, go into a yard, ask, price.
// `node tests/clients/typescript/dist/way.js ADDRESS COMPANY_KEY YARD_KEY` prints what was answered.
import { gateClient, type components } from "./index.js";

type EntryIn = components["schemas"]["EntryIn"];

// A truck of lychees that comes tomorrow; its plate differs from call to call.
function declaration(now: Date): EntryIn {
  const digits = String(Math.floor(Math.random() * 100_000)).padStart(5, "0");
  return {
    gate: "tan-thanh",
    direction: "export",
    planned_arrival_at: new Date(now.getTime() + 86_400_000).toISOString(),
    vehicle: { tractor_plate: `14C-${digits.slice(0, 3)}.${digits.slice(3)}`, payload_kg: 15_000 },
    consignments: [
      {
        lines: [
          {
            goods_group: "fresh-produce-export",
            product: "lychee",
            gross_kg: 14_000,
            customs_value_vnd: 420_000_000,
          },
        ],
      },
    ],
  };
}

function answered<T>(what: string, answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) {
    throw new Error(`${what}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

async function main(address: string, companyKey: string, yardKey: string): Promise<void> {
  const visitor = gateClient(address);
  const company = gateClient(address, companyKey);
  const yard = gateClient(address, yardKey);
  const queue = answered(
    "queue",
    await visitor.GET("/v1/gates/{gate}/queues/{direction}", {
      params: { path: { gate: "tan-thanh", direction: "export" } },
    }),
  );
  const entry = answered(
    "register",
    await company.POST("/v1/entries", { body: declaration(new Date(queue.as_of)) }),
  );
  const seen = answered(
    "movement",
    await yard.POST("/v1/yards/{yard}/movements", {
      params: { path: { yard: "bao-nguyen" } },
      body: { way: "in", reference: entry.reference },
    }),
  );
  const place = answered(
    "place",
    await company.GET("/v1/entries/{entry}/place", { params: { path: { entry: entry.id } } }),
  );
  const quotes = answered(
    "quote",
    await visitor.POST("/v1/fees/quotes", {
      body: {
        vehicles: [
          {
            gate: "tan-thanh",
            direction: "export",
            payload_kg: 12_000,
            goods: [{ goods_group: "fresh-produce-export", customs_value_vnd: 420_000_000 }],
          },
        ],
      },
    }),
  );
  const answers = {
    registered: entry.state,
    lane: entry.lane,
    fee_vnd: entry.charge?.total.amount,
    seen: seen.state,
    place: place.place,
    quoted_vnd: quotes.total.amount,
  };
  console.log(JSON.stringify(answers));
}

const [address, companyKey, yardKey] = process.argv.slice(2);
await main(address ?? "", companyKey ?? "", yardKey ?? "");
