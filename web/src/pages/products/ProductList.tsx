import { Anchor, Text } from "@mantine/core";
import { IconBox, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useGroups } from "../../groups/queries";
import type { Product } from "../../groups/types";
import { CliButton } from "../../parts/CliHint";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { productPage } from "./links";
import { NewProduct } from "./NewProduct";
import { ADMITS } from "./words";

const COLUMNS: Column<Product>[] = [
  {
    key: "name",
    header: "Product",
    cell: (row) => (
      <>
        <Anchor component={Link} to={productPage(row.id)} fz="sm" fw={550}>
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
    key: "admits",
    header: "Dynamic registration",
    cell: (row) => ADMITS[row.attestation.admits]?.label ?? row.attestation.admits,
  },
  {
    key: "issues",
    header: "Gives",
    wide: true,
    cell: (row) => (row.attestation.issues === "certificate" ? "A certificate" : "A secret"),
  },
  {
    key: "enabled",
    header: "State",
    cell: (row) => (row.enabled ? "Enabled" : <StatusBadge status="disabled" />),
  },
  { key: "updated", header: "Changed", wide: true, cell: (row) => <TimeAgo at={row.updatedAt} /> },
];

export function ProductList() {
  const scope = useScope();
  const pages = useGroups<Product>(scope.id, "product_secret");
  const mayWrite = usePermission("operator");
  const [making, setMaking] = useState(false);
  const create = (
    <GuardedButton
      permission={mayWrite}
      leftSection={<IconPlus size={16} />}
      onClick={() => setMaking(true)}
    >
      New product
    </GuardedButton>
  );
  return (
    <>
      <PageHeader
        title="Products"
        lead="Groups whose devices share one secret and register by name."
        help={
          "A product’s secret is burned into all of its devices. A device names itself, proves " +
          "that it has the secret, and gets a credential of its own."
        }
        actions={
          <>
            {create}
            <CliButton command={["product", "list"]} flags={{ scope: scope.id }} />
          </>
        }
      />
      <DataTable
        caption="Products"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.id}
        rowHref={(row) => productPage(row.id)}
        empty={
          <EmptyState
            title="No products yet"
            icon={<IconBox size={24} stroke={1.6} />}
            text="Make one for each kind of device that comes off a line with the same firmware."
          />
        }
      />
      <NewProduct opened={making} onClose={() => setMaking(false)} />
    </>
  );
}
