import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "react-router";
import type { AttemptEvent, FleetItem } from "../../api/types";
import { devicePage } from "../../app/links";
import type { Column } from "../../parts/DataTable";
import { ConnectionDot, StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { Decision } from "./Decision";
import classes from "./devices.module.css";
import { decides, idKey, reasonWords } from "./fleet";

// An identity made by hand has no registration that would tell its hub.
export const hrefOf = (row: FleetItem): string => {
  const page = devicePage(row.scope, row.id);
  return row.status === "identity" && row.hub !== null
    ? `${page}?hub=${encodeURIComponent(row.hub)}`
    : page;
};

function Name({ row }: { row: FleetItem }) {
  const named = row.displayName !== "" && row.displayName !== row.id;
  return (
    <div className={classes.name}>
      <Anchor component={Link} to={hrefOf(row)} fz="sm" fw={550} tabIndex={-1}>
        {named ? row.displayName : row.id}
      </Anchor>
      {named ? (
        <Text fz="xs" c="dimmed" ff="monospace">
          {row.id}
        </Text>
      ) : null}
    </div>
  );
}

function Status({ row, latest }: { row: FleetItem; latest: AttemptEvent | undefined }) {
  const turned = latest !== undefined && latest.outcome !== "assigned";
  const words = latest?.reason ?? row.reason;
  return (
    <div className={classes.status}>
      <Group gap={6} wrap="nowrap">
        <StatusBadge status={row.status === "identity" ? "Made by hand" : row.status} />
        {row.enabled ? null : <StatusBadge status="disabled" />}
      </Group>
      {turned || row.reason !== null ? (
        <Text fz="xs" c={turned ? "var(--berth-bad)" : "dimmed"} mt={2}>
          {words === null ? "no reason given" : reasonWords(words)}
          {turned ? (
            <>
              , <TimeAgo at={latest.at} />
            </>
          ) : null}
        </Text>
      ) : null}
    </div>
  );
}

// Short ids are not broken at their hyphens.
function Short({ text }: { text: string }) {
  return text.length > 24 ? text : <span className={classes.short}>{text}</span>;
}

function Enrollment({ row }: { row: FleetItem }) {
  if (row.enrollment === null) return <Text fz="sm" c="dimmed">none</Text>;
  return (
    <span>
      {row.enrollment.kind === "group" ? (
        <Text span fz="sm" c="dimmed">
          group{" "}
        </Text>
      ) : null}
      {row.enrollment.kind === "individual" && row.enrollment.id === row.id ? (
        "its own"
      ) : (
        <Short text={row.enrollment.id} />
      )}
    </span>
  );
}

function Template({ row }: { row: FleetItem }) {
  const text = row.template ?? row.model;
  if (text === null || text === "") return <span>—</span>;
  return (
    <Text fz="xs" ff="monospace" c={row.template ? undefined : "dimmed"}>
      {text}
      {row.template ? "" : " (no template)"}
    </Text>
  );
}

interface Options {
  recent: ReadonlyMap<string, AttemptEvent>;
  decisions: boolean; // some rows wait for one
  templates: boolean;
}

export function fleetColumns({ recent, decisions, templates }: Options): Column<FleetItem>[] {
  const columns: Column<FleetItem>[] = [
    { key: "id", header: "Device", sort: "id", cell: (row) => <Name row={row} /> },
    {
      key: "status",
      header: "Status",
      cell: (row) => <Status row={row} latest={recent.get(idKey(row.id))} />,
    },
    {
      key: "connected",
      header: "Connection",
      cell: (row) => (
        <div className={classes.status}>
          <ConnectionDot connected={row.connected} />
          {row.connectionChangedAt === null ? null : (
            <Text fz="xs" c="dimmed" component="div">
              <TimeAgo at={row.connectionChangedAt} />
            </Text>
          )}
        </div>
      ),
    },
    { key: "hub", header: "Hub", wide: true, cell: (row) => <Short text={row.hub ?? "—"} /> },
    {
      key: "enrollment",
      header: "Enrollment",
      wide: true,
      cell: (row) => <Enrollment row={row} />,
    },
  ];
  if (templates) {
    columns.push({
      key: "template",
      header: "Template",
      wide: true,
      cell: (row) => <Template row={row} />,
    });
  }
  columns.push({
    key: "updatedAt",
    header: "Changed",
    sort: "updatedAt",
    cell: (row) => <TimeAgo at={row.updatedAt} />,
  });
  if (decisions) {
    columns.push({
      key: "decision",
      header: "Decision",
      align: "right",
      cell: (row) =>
        decides(row) ? <Decision scope={row.scope} id={row.id} status={row.status} /> : null,
    });
  }
  return columns;
}
