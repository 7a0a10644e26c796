import { Badge, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

// Words of the API → what people read, and a colour. Unknown words are shown as they are.
const WORDS: Record<string, { label: string; color: string }> = {
  assigned: { label: "Assigned", color: "teal" },
  assigning: { label: "Assigning", color: "cyan" },
  registered: { label: "Registered", color: "blue" },
  waiting: { label: "Waiting for approval", color: "yellow" },
  approved: { label: "Approved", color: "teal" },
  blocked: { label: "Blocked", color: "red" },
  failed: { label: "Failed", color: "red" },
  refused: { label: "Refused", color: "red" },
  unassigned: { label: "Unassigned", color: "gray" },
  disabled: { label: "Disabled", color: "gray" },
  active: { label: "Active", color: "teal" },
  used: { label: "Used", color: "blue" },
  expired: { label: "Expired", color: "gray" },
  revoked: { label: "Revoked", color: "red" },
  expected: { label: "Expected", color: "gray" },
  activated: { label: "Activated", color: "teal" },
  reset: { label: "Reset", color: "yellow" },
  locked: { label: "Locked", color: "red" },
};

interface Props {
  status: string;
  reason?: string | null; // shown in the tooltip
}

export function StatusBadge({ status, reason }: Props) {
  const { label, color } = WORDS[status] ?? { label: status, color: "gray" };
  const badge = (
    <Badge variant="light" color={color} tt="none" fw={550} radius="sm">
      {label}
    </Badge>
  );
  if (!reason) return badge;
  return <Tooltip label={reason}>{badge}</Tooltip>;
}

// Connected, not connected, or never seen.
export function ConnectionDot({ connected }: { connected: boolean | null }): ReactNode {
  const label = connected === null ? "Never connected" : connected ? "Connected" : "Not connected";
  return (
    <span
      className="berth-connection"
      data-state={connected === null ? "never" : String(connected)}
    >
      <span aria-hidden className="berth-dot" />
      {label}
    </span>
  );
}
