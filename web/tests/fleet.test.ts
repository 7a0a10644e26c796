import { describe, expect, it } from "vitest";
import type { AttemptEvent, ConnectionEvent, FleetItem } from "../src/api/types";
import { cliCommand } from "../src/parts/cli";
import { idProblem } from "../src/pages/devices/ids";
import {
  bringsRow,
  FILTERS,
  findFlags,
  mayBeId,
  withAttempt,
  withConnection,
  withRow,
} from "../src/pages/devices/fleet";

const row = (change: Partial<FleetItem> = {}): FleetItem => ({
  scope: "0ne1",
  id: "Pump-1",
  deviceId: "pump-1",
  displayName: "Pump-1",
  enrollment: { kind: "group", id: "line-7" },
  status: "assigned",
  reason: null,
  hub: "hub-1",
  template: null,
  model: null,
  connected: false,
  connectionChangedAt: "2026-01-01T10:00:00Z",
  enabled: true,
  registeredAt: "2026-01-01T09:00:00Z",
  updatedAt: "2026-01-01T09:00:00Z",
  ...change,
});
const attempt = (change: Partial<AttemptEvent> = {}): AttemptEvent => ({
  id: "t1",
  at: "2026-01-01T11:00:00Z",
  scope: "0ne1",
  registrationId: "pump-1",
  outcome: "assigned",
  reason: null,
  operation: "register",
  deviceId: "pump-1",
  hub: "hub-2",
  ...change,
});
const connection = (change: Partial<ConnectionEvent> = {}): ConnectionEvent => ({
  hub: "hub-1",
  device: "pump-1",
  connected: true,
  at: "2026-01-01T11:00:00Z",
  ...change,
});

describe("a connection event", () => {
  it("changes the row of that device and no other", () => {
    const rows = [row({ id: "other", deviceId: "other" }), row()];
    const next = withConnection(rows, connection());
    expect(next[0]).toBe(rows[0]);
    expect(next[1]).toMatchObject({ connected: true, connectionChangedAt: connection().at });
  });

  it("of another hub, or older than what is shown, changes nothing", () => {
    const rows = [row()];
    expect(withConnection(rows, connection({ hub: "hub-2" }))).toBe(rows);
    expect(withConnection(rows, connection({ at: "2025-01-01T00:00:00Z" }))).toBe(rows);
  });
});

describe("an attempt", () => {
  it("that let the device in changes its row, whatever the case of the id", () => {
    const [changed] = withAttempt([row({ status: "failed", reason: "no_hub" })], attempt());
    expect(changed).toMatchObject({ status: "assigned", reason: null, hub: "hub-2" });
  });

  it("that was refused, connected, or is of another scope leaves the row as it is", () => {
    const rows = [row()];
    expect(withAttempt(rows, attempt({ outcome: "refused" }))).toBe(rows);
    expect(withAttempt(rows, attempt({ operation: "authenticate" }))).toBe(rows);
    expect(withAttempt(rows, attempt({ scope: "0ne2" }))).toBe(rows);
  });

  it("of a stranger that was refused makes no row to wait for", () => {
    expect(bringsRow(attempt())).toBe(true);
    expect(bringsRow(attempt({ outcome: "failed" }))).toBe(true);
    expect(bringsRow(attempt({ outcome: "refused" }))).toBe(false);
    expect(bringsRow(attempt({ operation: "poll" }))).toBe(false);
  });
});

describe("a fresh row", () => {
  it("takes the place of the one that is shown, and is not added", () => {
    const fresh = row({ status: "blocked" });
    expect(withRow([row()], fresh)).toEqual([fresh]);
    const others = [row({ id: "other" })];
    expect(withRow(others, fresh)).toBe(others);
  });
});

describe("the command of the present filter", () => {
  it("names what is filtered and leaves out what is not", () => {
    const filters = { ...FILTERS, status: "waiting", query: "a b" };
    expect(cliCommand(["device", "find"], findFlags("0ne1", filters))).toBe(
      "berth device find --scope 0ne1 --query 'a b' --status waiting --sort -updatedAt",
    );
    expect(cliCommand(["device", "find"], findFlags("0ne1", FILTERS))).toBe(
      "berth device find --scope 0ne1 --sort -updatedAt",
    );
    expect(cliCommand(["device", "find"], findFlags("0ne1", { ...FILTERS, sort: "id" }))).toBe(
      "berth device find --scope 0ne1",
    );
  });
});

describe("ids", () => {
  it("are refused before they are sent when the server would refuse them", () => {
    expect(idProblem("enrollment", "pump-12.a:b_c")).toBeNull();
    expect(idProblem("enrollment", "pump 12")).not.toBeNull();
    expect(idProblem("enrollment", "pump-")).not.toBeNull();
    expect(idProblem("identity", "pump-")).toBeNull();
    expect(idProblem("identity", "a/b")).not.toBeNull();
    expect(idProblem("identity", "x".repeat(129))).not.toBeNull();
  });

  it("are looked for among the trails when they can be ids at all", () => {
    expect(mayBeId("pump-12")).toBe(true);
    expect(mayBeId("hall 3")).toBe(false);
    expect(mayBeId("")).toBe(false);
  });
});
