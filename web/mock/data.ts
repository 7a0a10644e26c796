// Made-up data, the same at each start.

import type { AttemptEvent, FleetItem, Overview } from "../src/api/types";
import { answerDevices } from "./devices";
import { answerLetting, scopeSwitches } from "./letting";

export interface Reply {
  status: number;
  body?: unknown;
}

const SCOPE = "0ne00C0FFEE";
const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();

let state = 7;
const random = (below: number): number => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((state / 2 ** 31) * below);
};
const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;

const REASONS = [
  ["signature_mismatch", 14],
  ["token_expired", 9],
  ["enrollment_not_found", 6],
  ["enrollment_disabled", 2],
  ["certificate_not_trusted", 1],
] as const;
const STATUS = ["assigned", "assigned", "assigned", "registered", "waiting", "blocked", "failed"];

export function attempt(minutes: number): AttemptEvent {
  const outcome = pick(["assigned", "assigned", "assigned", "refused", "failed"] as const);
  return {
    id: `${Math.random()}`,
    at: ago(minutes),
    scope: SCOPE,
    registrationId: `pump-${random(90) + 10}`,
    outcome,
    reason: outcome === "assigned" ? null : pick(REASONS)[0],
    operation: "register",
    deviceId: null,
    hub: outcome === "assigned" ? "hub-1" : null,
  };
}

function fleet(): FleetItem[] {
  return Array.from({ length: 40 }, (_, at) => {
    const status = pick(STATUS);
    const known = status === "assigned";
    return {
      scope: SCOPE,
      id: at === 3 ? '<img src=x onerror="alert(1)">' : `pump-${at + 10}`,
      deviceId: known ? `pump-${at + 10}` : null,
      displayName: at % 3 === 0 ? `Pump ${at + 10}, hall ${at % 4}` : "",
      enrollment: { kind: "group", id: "line-7" },
      status,
      reason: status === "failed" ? "token_expired" : null,
      hub: known ? "hub-1" : null,
      template: null,
      model: null,
      connected: known ? at % 2 === 0 : null,
      connectionChangedAt: known ? ago(at * 7) : null,
      enabled: true,
      registeredAt: known ? ago(at * 60) : null,
      updatedAt: ago(at * 41 + 1),
    } satisfies FleetItem;
  });
}

function overview(hours: number): Overview {
  const buckets = 48;
  const attempts = Array.from({ length: buckets }, (_, at) => ({
    at: ago(((buckets - at) * hours * 60) / buckets),
    assigned: random(12) + (at % 16 > 8 ? 10 : 0),
    refused: at % 7 === 0 ? random(6) : random(2),
    failed: at % 11 === 0 ? 1 : 0,
  }));
  return {
    from: ago(hours * 60),
    to: ago(0),
    bucketSeconds: (hours * 3600) / buckets,
    attempts,
    reasons: REASONS.map(([reason, count]) => ({ reason, count })),
    devices: { total: 1284, connected: 1130, waiting: 3 },
    serviceHost: "berth.example",
  };
}

const operator = { name: "ada", displayName: "Ada Quay", role: "admin", scope: null };
const session = { signedIn: process.env.MOCK_SESSION !== "none", firstRun: false, operator };
if (process.env.MOCK_SESSION === "first") {
  Object.assign(session, { signedIn: false, firstRun: true });
}

const list = (items: unknown[]): Reply => ({ status: 200, body: { items, nextCursor: null } });

const READ: Record<string, (url: URL) => Reply> = {
  "/session": () => ({ status: 200, body: session }),
  "/status": () => ({
    status: 200,
    body: {
      version: "0.1.0",
      store: "sqlite",
      now: ago(0),
      startedAt: ago(600),
      scopeCount: 1,
      hubCount: 1,
      warnings: ["The clock of this machine was set back 40 s an hour ago."],
    },
  }),
  "/scopes": () =>
    list([
      {
        id: SCOPE,
        displayName: "Harbour works",
        serviceHost: null,
        allocationPolicy: "hashed",
        enabled: true,
        ...scopeSwitches,
        createdAt: ago(90_000),
        updatedAt: ago(900),
        version: 2,
      },
    ]),
  "/hubs": () => list([{ name: "hub-1", host: "berth.example", displayName: "Hub 1", version: 1 }]),
  "/overview": (url) => ({
    status: 200,
    body: overview(Number(url.searchParams.get("hours") ?? 24)),
  }),
  "/fleet": (url) => {
    const query = url.searchParams.get("query") ?? "";
    const status = url.searchParams.get("status") ?? "";
    const rows = fleet().filter(
      (row) => row.id.includes(query) && (status === "" || row.status === status),
    );
    return list(rows);
  },
  "/trails": () =>
    list(
      Array.from({ length: 20 }, (_, at) => {
        const { at: startedAt, ...rest } = attempt(at * 3 + 1);
        return { ...rest, startedAt };
      }),
    ),
  "/operators": () =>
    list([
      {
        ...operator,
        enabled: true,
        locked: false,
        createdAt: ago(5000),
        updatedAt: ago(500),
        version: 1,
      },
    ]),
};

export function answer(method: string, url: URL, body: unknown): Reply {
  if (url.pathname === "/session" && method === "POST") {
    const { password } = (body ?? {}) as { password?: string };
    if (password === "wrong") {
      const detail = "the operator or the password is wrong";
      return { status: 401, body: { title: "not signed in", code: "unauthenticated", detail } };
    }
    Object.assign(session, { signedIn: true, firstRun: false });
    return { status: 201, body: session };
  }
  if (url.pathname === "/session" && method === "DELETE") {
    session.signedIn = false;
    return { status: 204 };
  }
  if (!session.signedIn && url.pathname !== "/session" && url.pathname !== "/operators") {
    return { status: 401, body: { title: "not signed in", code: "unauthenticated", detail: "?" } };
  }
  const letting = answerLetting(method, url, body);
  if (letting !== undefined) return letting;
  const device = answerDevices(method, url, body);
  if (device !== undefined) return device;
  const read = method === "GET" ? READ[url.pathname] : undefined;
  if (read !== undefined) return read(url);
  if (method !== "GET") return { status: 204 };
  return {
    status: 404,
    body: {
      title: "not found",
      status: 404,
      code: "not_found",
      detail: `the stand-in has no ${url.pathname}`,
      mend: "add it to mock/data.ts, or use a real server",
      requestId: "0f5c2d7e-0000-4000-8000-000000000000",
    },
  };
}
