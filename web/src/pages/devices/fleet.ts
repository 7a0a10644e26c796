// The list of devices: its filters, their command line, and how events change rows that are shown.

import type { AttemptEvent, ConnectionEvent, FleetItem } from "../../api/types";
import type { CliFlag } from "../../parts/cli";

// All of them are in the address and are sent to the server as they are.
export const FILTERS = {
  query: "",
  status: "",
  connected: "",
  hub: "",
  template: "",
  enrollment: "",
  sort: "-updatedAt",
};
export type FleetFilters = typeof FILTERS;

export const STATUSES = [
  { value: "registered", label: "Registered, not seen yet" },
  { value: "waiting", label: "Waiting for approval" },
  { value: "assigned", label: "Assigned" },
  { value: "assigning", label: "Assigning" },
  { value: "unassigned", label: "Unassigned" },
  { value: "failed", label: "Failed" },
  { value: "blocked", label: "Blocked" },
  { value: "disabled", label: "Disabled" },
  { value: "identity", label: "Made by hand" },
];

export const CONNECTIONS = [
  { value: "true", label: "Connected" },
  { value: "false", label: "Not connected" },
];

export const ORDERS = [
  { value: "-updatedAt", label: "Changed last" },
  { value: "updatedAt", label: "Changed first" },
  { value: "id", label: "Id, A to Z" },
  { value: "-id", label: "Id, Z to A" },
];

// What `berth device find` does without --sort.
const CLI_ORDER = "id";

export function findFlags(scope: string, filters: FleetFilters): Record<string, CliFlag> {
  const given = (text: string): CliFlag => (text === "" ? undefined : text);
  return {
    scope,
    query: given(filters.query),
    status: given(filters.status),
    connected: given(filters.connected),
    hub: given(filters.hub),
    template: given(filters.template),
    enrollment: given(filters.enrollment),
    sort: filters.sort === CLI_ORDER ? undefined : filters.sort,
  };
}

// reason_like_this → reason like this
export const reasonWords = (reason: string): string => reason.replaceAll("_", " ");

// Registration ids are compared without case.
export const idKey = (id: string): string => id.toLowerCase();

const later = (a: string | null, b: string): boolean =>
  a === null || Date.parse(a) <= Date.parse(b);

// The rows with the event applied; the same array when none of them is meant.
export function withConnection(rows: FleetItem[], event: ConnectionEvent): FleetItem[] {
  const at = rows.findIndex((row) => row.hub === event.hub && row.deviceId === event.device);
  const row = rows[at];
  if (row === undefined || !later(row.connectionChangedAt, event.at)) return rows;
  return rows.with(at, { ...row, connected: event.connected, connectionChangedAt: event.at });
}

// What is known of a row after an attempt that let the device in; the server is asked for the rest.
export function withAttempt(rows: FleetItem[], event: AttemptEvent): FleetItem[] {
  if (event.outcome !== "assigned" || event.operation !== "register") return rows;
  const at = rows.findIndex((row) => isRowOf(row, event));
  const row = rows[at];
  if (row === undefined || !later(row.updatedAt, event.at)) return rows;
  return rows.with(at, {
    ...row,
    status: "assigned",
    reason: null,
    hub: event.hub ?? row.hub,
    deviceId: event.deviceId ?? row.deviceId,
    updatedAt: event.at,
  });
}

export const isRowOf = (row: FleetItem, event: AttemptEvent): boolean =>
  row.scope === event.scope && idKey(row.id) === idKey(event.registrationId);

// A row as the server has it now, in the place of the one that is shown.
export function withRow(rows: FleetItem[], fresh: FleetItem): FleetItem[] {
  const at = rows.findIndex((row) => row.scope === fresh.scope && row.id === fresh.id);
  return at < 0 ? rows : rows.with(at, fresh);
}

// Whether an attempt of a device that is not shown made or changed a line of the list.
export const bringsRow = (event: AttemptEvent): boolean =>
  event.operation === "register" && event.outcome !== "refused" && event.registrationId !== "";

export const decides = (row: FleetItem): boolean =>
  row.status === "waiting" || row.status === "blocked";

// Whether the text can be the whole id of a device, so that looking for its trails makes sense.
export const mayBeId = (text: string): boolean => /^[\x21-\x7e]{1,128}$/.test(text);
