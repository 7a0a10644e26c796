// Everything that is known of one id: its registration, its line in the list, its enrollment and
// its identity at a hub. Any of them may be missing.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, path, type Page } from "../../api/client";
import { isProblem } from "../../api/problem";
import type { EnrollmentRef, FleetItem } from "../../api/types";
import { idKey } from "../devices/fleet";
import type { Device, DeviceEnrollment, Registration } from "./types";

// registered: it has a registration. enrolled: it may register and has not. identity: made at a hub
// by hand. unknown: nothing but, maybe, trails.
export type Kind = "registered" | "enrolled" | "identity" | "unknown";

export interface DeviceFacts {
  scope: string;
  id: string;
  kind: Kind;
  row: FleetItem | null;
  registration: Registration | null;
  enrollment: DeviceEnrollment | null;
  device: Device | null;
}

export interface DeviceView {
  facts: DeviceFacts | undefined; // none while loading
  error: unknown;
  reload: () => void;
}

const ROWS_MAX = 50;

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isProblem(error, "not_found")) return null;
    throw error;
  }
}

export function rowOf(rows: FleetItem[], id: string, hub: string): FleetItem | null {
  const ofHub = rows.filter((row) => hub === "" || row.hub === hub || row.hub === null);
  const exact = ofHub.find((row) => row.id === id);
  return exact ?? ofHub.find((row) => idKey(row.id) === idKey(id)) ?? null;
}

export function kindOf(facts: Omit<DeviceFacts, "kind">): Kind {
  if (facts.registration !== null) return "registered";
  if (facts.device !== null && facts.device.registration === null) return "identity";
  if (facts.enrollment !== null || facts.row !== null) return "enrolled";
  return "unknown";
}

const enrollmentPath = (scope: string, ref: EnrollmentRef): string =>
  ref.kind === "group"
    ? path`/scopes/${scope}/enrollment-groups/${ref.id}`
    : path`/scopes/${scope}/enrollments/${ref.id}`;

interface Asked {
  scope: string;
  id: string;
  hub: string; // of an identity made by hand, if the address says so
  signal: AbortSignal;
}

async function read({ scope, id, hub, signal }: Asked): Promise<DeviceFacts> {
  const query = { scope, query: id, sort: "id", limit: ROWS_MAX };
  const [registration, page] = await Promise.all([
    hub === ""
      ? orNull(api.get<Registration>(path`/scopes/${scope}/registrations/${id}`, {}, signal))
      : null,
    api.get<Page<FleetItem>>("/fleet", query, signal),
  ]);
  const row = rowOf(page.items, registration?.id ?? id, hub);
  const own: EnrollmentRef = { kind: "individual", id };
  const ref = registration?.enrollment ?? row?.enrollment ?? (hub === "" ? own : null);
  const atHub = registration?.hub ?? row?.hub ?? (hub === "" ? null : hub);
  const deviceId = registration?.deviceId ?? row?.deviceId ?? id;
  const [enrollment, device] = await Promise.all([
    ref === null ? null : orNull(api.get<DeviceEnrollment>(enrollmentPath(scope, ref), {}, signal)),
    atHub === null
      ? null
      : orNull(api.get<Device>(path`/hubs/${atHub}/devices/${deviceId}`, {}, signal)),
  ]);
  const facts = { scope, id: registration?.id ?? row?.id ?? id, row, registration, enrollment };
  // A device of the same name that belongs to another scope is none of this page.
  const ours = device?.scope === scope ? device : null;
  return { ...facts, device: ours, kind: kindOf({ ...facts, device: ours }) };
}

export function useDevice(scope: string, id: string, hub: string): DeviceView {
  const client = useQueryClient();
  const found = useQuery({
    queryKey: ["/device", scope, id, hub],
    queryFn: ({ signal }) => read({ scope, id, hub, signal }),
    refetchInterval: 30_000,
  });
  const reload = useCallback(() => {
    void client.invalidateQueries({ queryKey: ["/device", scope, id] });
    void client.invalidateQueries({ queryKey: ["/fleet"] });
  }, [client, scope, id]);
  return { facts: found.data, error: found.error, reload };
}
