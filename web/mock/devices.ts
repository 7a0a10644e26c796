// Made-up single devices: registration, identity, twin, keys, trails and what they send. Part of
// mock/data.ts.

import type { TelemetryEvent } from "../src/api/types";
import type { Reply } from "./data";

type Json = Record<string, unknown>;
const SCOPE = "0ne00C0FFEE";
const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();
const ok = (body: unknown): Reply => ({ status: 200, body });
const none = (): Reply => ({
  status: 404,
  body: { title: "not found", status: 404, code: "not_found", detail: "there is no such thing" },
});

const numberOf = (id: string): number => Number(/^pump-(\d+)$/.exec(id)?.[1] ?? Number.NaN);
// Even ones are at the hub, those that end in 5 wait, of 90 and more nothing is known.
const known = (id: string): boolean => numberOf(id) < 90;
const waits = (id: string): boolean => numberOf(id) % 10 === 5;

function registration(id: string): Json {
  return {
    scope: SCOPE,
    id,
    enrollment: { kind: "group", id: "line-7" },
    status: waits(id) ? "failed" : "assigned",
    substatus: waits(id) ? null : "initial_assignment",
    reason: waits(id) ? "approval_awaited" : null,
    approval: waits(id) ? "waiting" : "none",
    hub: waits(id) ? null : "hub-1",
    hubHost: waits(id) ? null : "berth.example",
    deviceId: waits(id) ? null : id,
    operationId: "4.0123456789abcdef",
    payload: { modelId: "dtmi:com:example:Pump;1", note: "<script>alert(1)</script>" },
    member: null,
    activatedAt: null,
    reset: false,
    attestation: "symmetric_key",
    measured: [],
    issuedCertificate: null,
    model: "dtmi:com:example:Pump;1",
    template: numberOf(id) % 3 === 0 ? null : "dtmi:com:example:Pump;1",
    createdAt: ago(9_000),
    updatedAt: ago(40),
    version: 4,
  };
}

const enrollment: Json = {
  scope: SCOPE,
  kind: "group",
  id: "line-7",
  displayName: "Line 7",
  enabled: true,
  attestation: { type: "symmetric_key", retiredKeys: [] },
  deviceId: null,
  allocationPolicy: null,
  hubs: [],
  warnings: [],
  createdAt: ago(90_000),
  updatedAt: ago(900),
  version: 2,
};

const enabled = new Map<string, boolean>();
const device = (id: string): Json => ({
  hub: "hub-1",
  id,
  scope: SCOPE,
  registration: id.startsWith("byhand") ? null : id,
  displayName: id === "pump-12" ? "Pump 12, hall 3" : id,
  enabled: enabled.get(id) ?? true,
  iotEdge: false,
  attestation: "symmetric_key",
  certificate:
    id === "pump-14"
      ? {
          sha256: "9f".repeat(32),
          subject: "pump-14",
          notBefore: ago(9_000),
          notAfter: ago(-90_000),
          byKey: false,
        }
      : null,
  secondaryCertificate: null,
  caSigned: false,
  group: null,
  awaitsActivation: false,
  role: "device",
  serial: null,
  createdAt: ago(9_000),
  updatedAt: ago(40),
  version: 7,
  model: "dtmi:com:example:Pump;1",
  template: "dtmi:com:example:Pump;1",
  connection: {
    connected: true,
    changedAt: ago(35),
    dialect: "azure_hub",
    transport: "mqtt",
    source: "192.0.2.17:51820",
    node: null,
  },
});

const twin: { tags: Json; desired: Json; reported: Json; etag: number; desiredVersion: number } = {
  tags: { site: "north", hall: 3 },
  desired: { interval: 5, limits: { pressure: 4.5, temperature: 80 }, mode: "auto" },
  reported: {
    interval: 5,
    limits: { pressure: 4 },
    firmware: "2.4.1<img src=x>",
    battery: { level: 0.82, charging: false },
  },
  etag: 12,
  desiredVersion: 9,
};
const twinBody = (): Json => ({
  hub: "hub-1",
  ...twin,
  desiredMetadata: {},
  reportedMetadata: {},
  reportedVersion: 31,
  updatedAt: ago(2),
});

function merge(target: Json, patch: Json): void {
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(target, name);
    else if (typeof value === "object" && !Array.isArray(value)) {
      const inner = (target[name] ??= {}) as Json;
      merge(inner, value as Json);
    } else target[name] = value;
  }
}

const STEPS = [
  {
    step: "identify",
    passed: true,
    detail: "group 'line-7', which has the registration",
    expected: null,
    received: null,
    tookNanoseconds: 81_000,
  },
  {
    step: "attest",
    passed: false,
    detail: "the token's signature does not verify",
    expected: "signed with the derived primary (k:3f2a) or secondary key (k:99b1)",
    received: "signature k:71cc by 'registration', expires 2026-11-22T19:00:00Z",
    tookNanoseconds: 412_000,
  },
];

function trail(id: string, at: number): Json {
  const refused = at % 3 === 0;
  return {
    id: `019ab1c2-7d3e-7000-8000-${String(at).padStart(12, "0")}`,
    startedAt: ago(at * 37 + 1),
    tookNanoseconds: 1_240_000,
    operation: at % 2 === 0 ? "register" : "authenticate",
    scope: SCOPE,
    registrationId: id,
    dialect: "azure_dps",
    transport: "https",
    source: "192.0.2.17",
    host: "berth.example",
    client: "python-sdk/1.6.0 <b>bold</b>",
    outcome: refused ? "refused" : "assigned",
    reason: refused ? "proof_rejected" : null,
    enrollment: "group/line-7",
    hub: refused ? null : "hub-1",
    deviceId: refused ? null : id,
    steps: refused ? STEPS : STEPS.map((step) => ({ ...step, passed: true, expected: null })),
    findings: refused
      ? [
          {
            cause: "group_key_underived",
            proven: true,
            text: "It signs with the primary key of the group 'line-7' itself, not a key of it.",
            mend:
              `berth key derive --id-scope ${SCOPE} --enrollment-id line-7 ` +
              `--registration-id ${id}`,
          },
          {
            cause: "clock_wrong",
            proven: false,
            text: "Its clock may be an hour behind.",
            mend: "compare this server's clock: berth doctor",
          },
        ]
      : [],
    count: refused ? 3 : 1,
  };
}

function hubDevice(method: string, rest: string[], body: Json): Reply {
  const [id = "", what] = rest;
  if (what === undefined) {
    if (method === "PATCH") enabled.set(id, body.enabled !== false);
    return ok(device(id));
  }
  if (what === "keys") {
    return ok({ primaryKey: btoa(`primary key of ${id}`), secondaryKey: btoa(`second of ${id}`) });
  }
  if (what === "twin") {
    if (method === "PATCH") {
      merge(twin.tags, (body.tags ?? {}) as Json);
      merge(twin.desired, (body.desired ?? {}) as Json);
      twin.etag += 1;
      twin.desiredVersion += 1;
    }
    return ok(structuredClone(twinBody()));
  }
  if (what === "methods") {
    const status = body.method === "fail" ? 500 : 200;
    return ok({ status, payload: { rebooting: true, in: 5, echo: body.payload ?? null } });
  }
  if (what === "messages") {
    return { status: 201, body: { messageId: "9d2c", expiresAt: ago(-60) } };
  }
  return none();
}

export function answerDevices(method: string, url: URL, given: unknown): Reply | undefined {
  const body = (given ?? {}) as Json;
  const [, head, ...rest] = url.pathname.split("/").map(decodeURIComponent);
  if (head === "hubs" && rest[1] === "devices") return hubDevice(method, rest.slice(2), body);
  if (head === "hubs" && rest.length === 1) {
    return ok({ name: "hub-1", host: "berth.example", displayName: "Hub 1", version: 1 });
  }
  if (head === "trails") {
    const id = url.searchParams.get("registrationId") ?? "pump-12";
    if (rest[0] !== undefined) return ok(trail(id, Number(rest[0].slice(-12))));
    if (!url.searchParams.has("registrationId")) return undefined;
    if (id === "nobody") return ok({ items: [], nextCursor: null });
    const failed = url.searchParams.get("failed") === "true";
    const all = Array.from({ length: 12 }, (_, at) => trail(id, at));
    const items = all.filter((each) => !failed || each.outcome !== "assigned");
    return ok({ items, nextCursor: null });
  }
  if (head !== "scopes") return undefined;
  const [, kind, id = "", verb] = rest;
  if (kind === "hubs" && id === "") {
    return ok({ items: [{ scope: SCOPE, hub: "hub-1", weight: 1 }], nextCursor: null });
  }
  if (kind === "enrollment-groups" && id === "line-7") return ok(enrollment);
  if (kind === "enrollments" && method === "GET" && id !== "") {
    return id === "solo-1"
      ? ok({ ...enrollment, kind: "individual", id, displayName: "Solo, not seen yet" })
      : none();
  }
  if (kind === "registrations" && id !== "") {
    if (verb !== undefined) return ok({ ...registration(id), approval: "approved" });
    return known(id) ? ok(registration(id)) : none();
  }
  return undefined;
}

let sequence = 0;
export function telemetryOf(id: string): TelemetryEvent {
  sequence += 1;
  return {
    partition: 0,
    sequence,
    hub: "hub-1",
    deviceId: id,
    kind: "telemetry",
    enqueuedAt: ago(0),
    systemProperties: { contentType: "application/json", messageId: `m-${sequence}` },
    properties: { level: sequence % 9 === 0 ? "high" : "normal" },
    body: {
      temperature: 61 + 8 * Math.sin(sequence / 7) + Math.random(),
      flow: 12.4 + Math.random(),
      pressure: { in: 1.2 + Math.random() / 10, out: 4.1 + Math.sin(sequence / 3) / 4 },
      state: "<b>running</b>",
    },
    bodyEncoding: "json",
  };
}
