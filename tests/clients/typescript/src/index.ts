// The client: `gateClient(address, key)` gives calls typed by the paths of openapi.json.
import createClient, { type Client } from "openapi-fetch";

import type { paths } from "./gate.js";

export type { components, paths } from "./gate.js";
export type GateClient = Client<paths>;

/** Return a client of the service at `address`, acting as whom `key` was given to. */
export function gateClient(address: string, key?: string): GateClient {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  return createClient<paths>({ baseUrl: address, headers });
}
