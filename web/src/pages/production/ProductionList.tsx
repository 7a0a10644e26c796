import { Anchor, Text } from "@mantine/core";
import { IconAnchor, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useGroups } from "../../groups/queries";
import type { Production } from "../../groups/types";
import { CliButton } from "../../parts/CliHint";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { productionPage } from "./links";
import { NewProduction } from "./NewProduction";

const COLUMNS: Column<Production>[] = [
  {
    key: "name",
    header: "Template",
    cell: (row) => (
      <>
        <Anchor component={Link} to={productionPage(row.id)} fz="sm" fw={550}>
          {row.displayName}
        </Anchor>
        {row.displayName === row.id ? null : (
          <Text fz="xs" c="dimmed" ff="monospace">
            {row.id}
          </Text>
        )}
      </>
    ),
  },
  {
    key: "passwords",
    header: "Passwords",
    cell: (row) => (row.attestation.derived ? "Derived" : "Each serial’s own"),
  },
  {
    key: "enabled",
    header: "State",
    cell: (row) => (row.enabled ? "Enabled" : <StatusBadge status="disabled" />),
  },
  { key: "updated", header: "Changed", wide: true, cell: (row) => <TimeAgo at={row.updatedAt} /> },
];

export function ProductionList() {
  const scope = useScope();
  const pages = useGroups<Production>(scope.id, "member_passwords");
  const mayWrite = usePermission("operator");
  const [making, setMaking] = useState(false);
  return (
    <>
      <PageHeader
        title="Production templates"
        lead="Groups whose devices have a serial number, and a password each to enrol with."
        help={
          "A serial is listed before its device leaves the line. The device enrols with the " +
          "serial and its password and gets what it connects with; Enrol now does it by hand."
        }
        actions={
          <>
            <GuardedButton
              permission={mayWrite}
              leftSection={<IconPlus size={16} />}
              onClick={() => setMaking(true)}
            >
              New template
            </GuardedButton>
            <CliButton command={["thing template", "list"]} flags={{ scope: scope.id }} />
          </>
        }
      />
      <DataTable
        caption="Production templates"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.id}
        rowHref={(row) => productionPage(row.id)}
        empty={
          <EmptyState
            title="No production templates yet"
            icon={<IconAnchor size={24} stroke={1.6} />}
            text="Make one for each kind of device that is known by serial numbers."
          />
        }
      />
      <NewProduction opened={making} onClose={() => setMaking(false)} />
    </>
  );
}
