import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import { usePages } from "../../api/paging";
import type { FleetItem } from "../../api/types";
import { devicePage } from "../../app/links";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FilterBar } from "../../parts/FilterBar";
import { useFilters } from "../../parts/filters";
import { PageHeader } from "../../parts/PageHeader";
import { ConnectionDot, StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { NeedsScope } from "../../scope/NeedsScope";
import { useScope } from "../../scope/scope";

const DEFAULTS = { query: "", status: "", sort: "-updatedAt" };

const COLUMNS: Column<FleetItem>[] = [
  {
    key: "id",
    header: "Device",
    sort: "id",
    cell: (row) => (
      <>
        <Anchor component={Link} to={devicePage(row.scope, row.id)} fz="sm" fw={550}>
          {row.displayName || row.id}
        </Anchor>
        {row.displayName && row.displayName !== row.id ? (
          <Text fz="xs" c="dimmed" ff="monospace">
            {row.id}
          </Text>
        ) : null}
      </>
    ),
  },
  {
    key: "status",
    header: "Status",
    cell: (row) => <StatusBadge status={row.status} reason={row.reason} />,
  },
  {
    key: "connected",
    header: "Connection",
    cell: (row) => <ConnectionDot connected={row.connected} />,
  },
  { key: "hub", header: "Hub", wide: true, cell: (row) => row.hub ?? "—" },
  { key: "enrollment", header: "Enrolment", wide: true, cell: (row) => row.enrollment?.id ?? "—" },
  {
    key: "updatedAt",
    header: "Changed",
    sort: "updatedAt",
    cell: (row) => <TimeAgo at={row.updatedAt} />,
  },
];

function Devices() {
  const scope = useScope();
  const filters = useFilters(DEFAULTS);
  const pages = usePages<FleetItem>("/fleet", { scope: scope.id, ...filters.values });
  return (
    <>
      <PageHeader
        title="Devices"
        lead="Every device that may register, has, or was made by hand."
      />
      <FilterBar
        filters={filters}
        search={{ name: "query", placeholder: "Search by id or name" }}
        fields={[
          {
            name: "status",
            label: "Any status",
            choices: ["registered", "assigned", "waiting", "blocked", "failed", "disabled"].map(
              (value) => ({ value, label: value }),
            ),
          },
        ]}
      />
      <DataTable
        caption="Devices"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.id}
        rowHref={(row) => devicePage(row.scope, row.id)}
        sort={filters.values.sort}
        onSort={(sort) => filters.set({ sort })}
        empty={
          <EmptyState
            title={filters.active > 0 ? "No device matches" : "No devices yet"}
            text="Devices appear here once they are enrolled."
          />
        }
      />
    </>
  );
}

export default function Page() {
  return (
    <NeedsScope>
      <Devices />
    </NeedsScope>
  );
}
