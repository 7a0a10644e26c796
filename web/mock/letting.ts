// Made-up credential codes, groups with rosters and templates, which can be changed until the next
// start. Part of mock/data.ts.

import type { Reply } from "./data";

type Json = Record<string, unknown>;
const SCOPE = "0ne00C0FFEE";
const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();
const hex = (digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");

const MODEL = {
  "@context": "dtmi:dtdl:context;2",
  "@id": "dtmi:com:example:Pump;1",
  "@type": "Interface",
  displayName: "Pump, series 7",
  contents: [
    {
      "@type": ["Telemetry", "Temperature"],
      name: "temperature",
      schema: "double",
      unit: "degreeCelsius",
    },
    {
      "@type": "Telemetry",
      name: "flow",
      schema: "double",
      displayName: "Flow",
      description: "Litres a minute",
    },
    { "@type": "Property", name: "targetFlow", schema: "integer", writable: true },
    {
      "@type": "Property",
      name: "state",
      schema: {
        "@type": "Enum",
        valueSchema: "integer",
        enumValues: [
          { name: "idle", enumValue: 0 },
          { name: "running", enumValue: 1 },
        ],
      },
    },
    {
      "@type": "Command",
      name: "rinse",
      request: { name: "seconds", schema: "integer" },
      response: { name: "done", schema: "boolean" },
    },
    { "@type": "Component", name: "motor", schema: "dtmi:com:example:Motor;2" },
  ],
};

const templates: Json[] = [
  ["dtmi:com:example:Pump;1", "Pump, series 7", MODEL],
  ["dtmi:com:example:Buoy;3", "Harbour buoy", { ...MODEL, "@id": "dtmi:com:example:Buoy;3" }],
  ["urn:continuousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1", "Knee brace", null],
].map(([id, displayName, model]) => ({
  id,
  displayName,
  model,
  initialTwin: { tags: { site: "north" }, properties: { desired: { targetFlow: 20 } } },
  createdAt: ago(9_000),
  updatedAt: ago(300),
  version: 1,
}));

const group = (id: string, displayName: string, attestation: Json): Json => ({
  scope: SCOPE,
  kind: "group",
  id,
  displayName,
  enabled: true,
  attestation,
  deviceId: null,
  hubs: [],
  warnings: [],
  createdAt: ago(9_000),
  updatedAt: ago(300),
  version: 3,
});

const groups: Json[] = [
  group("line-7", "Line 7", { type: "symmetric_key", retiredKeys: [] }),
  group("PUMPS7", "Pumps, series 7", {
    type: "product_secret",
    issues: "secret",
    admits: "listed",
    createdMax: 500,
    reissue: "refused",
    clockWindowSeconds: 0,
    replayWindowSeconds: 600,
    previousUntil: null,
    retiredSecrets: [],
  }),
  group("mod-0123456789abcdef01234567", "Harbour buoys", {
    type: "member_passwords",
    derived: true,
    order: "secret_first",
    reissue: "refused",
    guessesMax: 10,
    lockSeconds: 900,
    devicePrefix: "dev",
  }),
];

const STATES = ["expected", "registered", "activated", "activated", "reset", "disabled"];

function member(name: string, state: string, passwords: boolean): Json {
  const locked = name.endsWith("4");
  const guesses = (wrong: number, until: string | null) => ({ wrong, lockedUntil: until });
  return {
    name,
    deviceId: state === "expected" ? null : passwords ? `dev-${hex(24)}` : `PUMPS7${name}`,
    state,
    enabled: state !== "disabled",
    requested: !passwords && name.endsWith("9"),
    ownPasswords: passwords ? { enroll: name.endsWith("1"), control: false } : null,
    guesses: passwords
      ? { enroll: guesses(locked ? 10 : 0, locked ? ago(-9) : null), control: guesses(0, null) }
      : null,
    createdAt: ago(5_000),
    updatedAt: ago(50),
    etag: 2,
    registration: state === "expected" ? null : { id: name, hub: "hub-1" },
  };
}

const rosters: Record<string, Json[]> = {
  PUMPS7: Array.from({ length: 24 }, (_, at) =>
    member(`P7-${1000 + at}`, STATES[at % 6] ?? "", false),
  ),
  "mod-0123456789abcdef01234567": Array.from({ length: 12 }, (_, at) =>
    member(`SN${2000 + at}`, STATES[at % 6] ?? "", true),
  ),
};

const code = (device: string, mode: string, state: string, age: number): Json => ({
  id: hex(32),
  mode,
  scope: SCOPE,
  deviceId: device,
  modelId: null,
  enrollment: null,
  encrypted: true,
  pickupKind: mode === "compatible" ? "number" : "letters",
  state,
  createdBy: "operator/ada",
  createdAt: ago(age),
  expiresAt: ago(age - 15),
  usedAt: state === "used" ? ago(age - 3) : null,
});
const codes: Json[] = [
  code("pump-31", "claim", "active", 4),
  code("pump-30", "claim", "used", 30),
  code("pump-17", "envelope", "expired", 120),
  code("bob-phone-01", "compatible", "revoked", 300),
];

// A picture like a QR picture, that says nothing.
function picture(): string {
  const size = 41;
  let path = "";
  let state = 11;
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      const ring = (cx: number, cy: number) => Math.max(Math.abs(x - cx), Math.abs(y - cy));
      const near = [ring(3, 3), ring(size - 4, 3), ring(3, size - 4)].find((far) => far < 5);
      const dark = near === undefined ? state / 2 ** 31 > 0.5 : near !== 2 && near !== 4;
      if (dark) path += `M${x + 4} ${y + 4}h1v1h-1z`;
    }
  }
  const box = `0 0 ${size + 8} ${size + 8}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h99v99H0z"/><path d="${path}"/></svg>`
  );
}

function makeCode(given: Json): Reply {
  const made: Json = {
    ...code(String(given.deviceId), String(given.mode), "active", 0),
    expiresAt: ago(-Number(given.ttlSeconds ?? 900) / 60),
  };
  codes.unshift(made);
  const letters = given.pickup === true && given.mode !== "compatible";
  const weak = given.mode === "compatible";
  const body = {
    ...made,
    code: `https://berth.example/claim/${String(made.id)}#k7Tn4w2Qm1c0yN5xTz8Jr3bE6vHsLdPaUfWgXiYoZq0`,
    qr: { png: "data:image/png;base64,iVBORw0KGgo=", svg: picture() },
    pickup: letters ? "7K2M-9QRT-XC" : null,
    numeric: given.pickup === true && weak ? "40213" : null,
    warnings: weak
      ? [
          "the picture holds the device's key for good: revoking the code does not take it back",
          "nothing in it shows that it was changed on the way",
        ]
      : [],
  };
  return { status: 201, body };
}

const found = (body: unknown): Reply => ({ status: 200, body });
const list = (items: unknown[]): Reply => found({ items, nextCursor: null });

export const scopeSwitches: Json = {
  autoApprove: true,
  holdUnknownModels: false,
  compatibleCodes: false,
};

function problem(status: number, code_: string, detail: string, mend: string): Reply {
  return { status, body: { title: "not possible", status, code: code_, detail, mend } };
}

const modelOf = (given: unknown): unknown =>
  typeof given === "string" ? (JSON.parse(given) as unknown) : given;

function checkModel(model: unknown): Reply {
  const given = (model ?? {}) as { "@id"?: string; contents?: Json[] };
  const contents = Array.isArray(given.contents) ? given.contents : [];
  const of = (type: string) =>
    contents.filter((each) => String(each["@type"]).includes(type)).length;
  const problems = contents.flatMap((each, at) =>
    typeof each.name === "string"
      ? []
      : [{ where: `/contents/${at}`, what: "the name is missing", mend: 'add "name": "…"' }],
  );
  if (given["@id"] === undefined) {
    problems.push({ where: "", what: "an interface has no @id", mend: 'add "@id": "dtmi:…;1"' });
  }
  return found({
    id: given["@id"] ?? "",
    problems,
    interfaces: 1,
    telemetry: of("Telemetry"),
    properties: of("Property"),
    commands: of("Command"),
  });
}

function onTemplates(method: string, id: string, body: Json): Reply | undefined {
  const at = templates.findIndex((each) => each.id === id);
  if (id === "" && method === "GET") return list(templates);
  if (id === "" && method === "POST") {
    const model = modelOf(body.model ?? null) as Json | null;
    const made = { createdAt: ago(0), updatedAt: ago(0), version: 1, ...body, model };
    const its = { displayName: body.id ?? model?.["@id"], ...made, id: body.id ?? model?.["@id"] };
    templates.push(its);
    return { status: 201, body: its };
  }
  if (at < 0) return problem(404, "not_found", `there is no template '${id}'`, "list them");
  if (method === "GET") return found(templates[at]);
  if (method === "DELETE") templates.splice(at, 1);
  else Object.assign(templates[at] ?? {}, body);
  return method === "DELETE" ? { status: 204 } : found(templates[at]);
}

function onMembers(method: string, its: Json[], rest: string[], body: Json): Reply | undefined {
  const [name, act] = rest;
  if (name === undefined && method === "GET") return list(its);
  if (name === undefined) {
    const names = (body.names ?? (body.members as Json[]).map((each) => each.name)) as string[];
    names.forEach((each) => its.push(member(each, "expected", body.members !== undefined)));
    return found({ rows: names.map((each) => ({ name: each, result: "added", what: null })) });
  }
  const one = its.find((each) => each.name === name);
  if (one === undefined) return problem(404, "not_found", `'${name}' is not listed`, "list them");
  if (act === "enroll") {
    if (one.state !== "expected" && body.reissue !== true) {
      return problem(409, "conflict", `'${name}' is registered`, "reset it, or issue anew");
    }
    Object.assign(one, { state: "registered", deviceId: `dev-${hex(24)}` });
    return found({ deviceId: one.deviceId, password: "s8Kd02mLx7Qp4Wn6Rt1Yz5Bc", hub: "hub-1" });
  }
  if (act === "reset") Object.assign(one, { state: "reset" });
  if (act === "unlock") {
    const open = { wrong: 0, lockedUntil: null };
    Object.assign(one, { guesses: { enroll: open, control: open } });
  }
  if (method === "PATCH") {
    Object.assign(one, { enabled: body.enabled, state: body.enabled ? "registered" : "disabled" });
  }
  if (method === "DELETE") its.splice(its.indexOf(one), 1);
  return method === "DELETE" ? { status: 204 } : found(one);
}

function keysOf(one: Json): Reply {
  const { type } = one.attestation as { type: string };
  if (type === "product_secret")
    return found({ productSecret: `Vx${hex(30)}`, previousSecret: null });
  if (type === "member_passwords") return found({ derivationSecret: "harbour-secret-7" });
  const key = () => btoa(hex(32));
  return found({ primaryKey: key(), secondaryKey: key() });
}

function onGroups(method: string, rest: string[], body: Json): Reply | undefined {
  const [id, part, ...more] = rest;
  if (id === undefined && method === "GET") return list(groups);
  if (id === undefined) {
    const made = group(String(body.id ?? hex(8).toUpperCase()), "", body.attestation as Json);
    Object.assign(made, { displayName: body.displayName ?? made.id });
    Object.assign(made, {
      attestation: { ...(groups[1]?.attestation as Json), ...(body.attestation as Json) },
    });
    groups.push(made);
    rosters[String(made.id)] = [];
    return { status: 201, body: made };
  }
  const one = groups.find((each) => each.id === id);
  if (one === undefined) return problem(404, "not_found", `there is no group '${id}'`, "list them");
  if (part === "members") return onMembers(method, rosters[id] ?? [], more, body);
  if (part === "keys") return keysOf(one);
  if (part === "rotate-product-secret") {
    Object.assign(one.attestation as Json, {
      previousUntil: ago(-Number(body.overlapSeconds) / 60),
    });
    return found(one);
  }
  if (method === "DELETE") groups.splice(groups.indexOf(one), 1);
  if (method === "PATCH") {
    const attestation = { ...(one.attestation as Json), ...((body.attestation ?? {}) as Json) };
    Object.assign(one, body, { attestation, version: Number(one.version) + 1 });
  }
  return method === "DELETE" ? { status: 204 } : found(one);
}

// undefined: this part knows nothing of it.
export function answerLetting(method: string, url: URL, given: unknown): Reply | undefined {
  const body = (given ?? {}) as Json;
  const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (url.pathname === "/templates/check") return checkModel(modelOf(body.model));
  if (parts[0] === "credentials") {
    if (parts.length === 1) return method === "POST" ? makeCode(body) : list(codes);
    const one = codes.find((each) => each.id === parts[1]);
    if (one === undefined) return problem(404, "not_found", "there is no such code", "list them");
    if (method === "DELETE") Object.assign(one, { state: "revoked" });
    return method === "DELETE" ? { status: 204 } : found(one);
  }
  if (parts[0] !== "scopes" || parts[1] !== SCOPE) return undefined;
  if (parts.length === 2 && method === "PATCH") {
    Object.assign(scopeSwitches, body);
    return found({ id: SCOPE, ...scopeSwitches });
  }
  if (parts[2] === "templates") return onTemplates(method, parts[3] ?? "", body);
  if (parts[2] === "enrollment-groups") return onGroups(method, parts.slice(3), body);
  return undefined;
}
