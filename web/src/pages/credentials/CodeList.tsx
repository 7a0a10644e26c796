import { ActionIcon, Anchor, Text, Tooltip } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { usePages } from "../../api/paging";
import { devicePage } from "../../app/links";
import { CliButton } from "../../parts/CliHint";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { MODE_NAMES, stateOf, type CodeInfo } from "./credential";
import { RevokeDialog } from "./RevokeDialog";

const REFRESH_MS = 10_000;

const PICKUPS: Record<string, string> = { letters: "with letters", number: "with a number" };

function State({ code }: { code: CodeInfo }) {
  const from = code.usedFrom ? `from ${code.usedFrom}` : undefined;
  return <StatusBadge status={stateOf(code, Date.now())} reason={from} />;
}

function columns(onRevoke: (code: CodeInfo) => void, mayRevoke: boolean): Column<CodeInfo>[] {
  return [
    {
      key: "device",
      header: "Device",
      cell: (row) => (
        <Anchor component={Link} to={devicePage(row.scope, row.deviceId)} fz="sm" fw={550}>
          {row.deviceId}
        </Anchor>
      ),
    },
    {
      key: "mode",
      header: "Kind",
      cell: (row) => (
        <span>
          {MODE_NAMES[row.mode] ?? row.mode}
          <Text span fz="xs" c="dimmed">
            {" "}
            {PICKUPS[row.pickupKind] ?? ""}
            {row.encrypted === false ? " unencrypted" : ""}
          </Text>
        </span>
      ),
    },
    { key: "state", header: "State", cell: (row) => <State code={row} /> },
    { key: "by", header: "Made by", wide: true, cell: (row) => row.createdBy },
    { key: "at", header: "Made", wide: true, cell: (row) => <TimeAgo at={row.createdAt} /> },
    {
      key: "end",
      header: "Ends",
      cell: (row) => <TimeAgo at={row.usedAt ?? row.expiresAt} />,
    },
    {
      key: "revoke",
      header: "",
      width: 44,
      align: "right",
      cell: (row) =>
        stateOf(row, Date.now()) === "active" && mayRevoke ? (
          <Tooltip label="Revoke">
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={`Revoke the code for ${row.deviceId}`}
              onClick={() => onRevoke(row)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        ) : null,
    },
  ];
}

// Every code of the scope, newest first; what is in them was shown once.
export function CodeList() {
  const scope = useScope();
  const mayRevoke = usePermission("operator");
  const [revoking, setRevoking] = useState<CodeInfo>();
  const pages = usePages<CodeInfo>(
    "/credentials",
    { scope: scope.id },
    { limit: 20, refetchInterval: REFRESH_MS, enabled: mayRevoke.allowed },
  );
  return (
    <Panel
      title="Codes"
      lead="What was made, by whom, and what became of it. What is in a code is never shown again."
      actions={<CliButton command={["credential", "list"]} flags={{ scope: scope.id }} />}
    >
      {mayRevoke.allowed ? (
        <DataTable
          caption="Codes"
          columns={columns(setRevoking, mayRevoke.allowed)}
          pages={pages}
          rowKey={(row) => row.id}
          empty={<EmptyState title="No codes yet" text="The ones you make appear here." />}
        />
      ) : (
        <EmptyState title="Codes are for operators" text={mayRevoke.why} />
      )}
      <RevokeDialog code={revoking} onClose={() => setRevoking(undefined)} />
    </Panel>
  );
}
