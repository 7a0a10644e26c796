import type { Operator, Role } from "../../api/types";

export interface OperatorRecord extends Operator {
  enabled: boolean;
  locked: boolean;
  createdAt: string;
  updatedAt: string;
  version: number;
}

export const WHERE = "/operators";

export const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: reads everything but secrets" },
  { value: "operator", label: "Operator: also lets devices in, and reads their keys" },
  { value: "admin", label: "Admin: also scopes, hubs, tokens and operators" },
];

export interface Draft {
  name: string;
  displayName: string;
  role: Role;
  scope: string; // empty: not limited
  enabled: boolean;
  password: string; // empty: stays as it is
}

export const draftOf = (from?: OperatorRecord): Draft => ({
  name: from?.name ?? "",
  displayName: from?.displayName ?? "",
  role: from?.role ?? "viewer",
  scope: from?.scope ?? "",
  enabled: from?.enabled ?? true,
  password: "",
});

// What the API is sent: of a change, only what differs.
export function bodyOf(draft: Draft, before?: OperatorRecord): Record<string, unknown> {
  const scope = draft.scope === "" ? null : draft.scope;
  const password = draft.password === "" ? {} : { password: draft.password };
  if (before === undefined) {
    return {
      name: draft.name,
      role: draft.role,
      ...(draft.displayName === "" ? {} : { displayName: draft.displayName }),
      ...(scope === null ? {} : { scope }),
      ...password,
    };
  }
  return {
    ...(draft.displayName === before.displayName ? {} : { displayName: draft.displayName || null }),
    ...(draft.role === before.role ? {} : { role: draft.role }),
    ...(scope === before.scope ? {} : { scope }),
    ...(draft.enabled === before.enabled ? {} : { enabled: draft.enabled }),
    ...password,
  };
}
