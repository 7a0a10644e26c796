import { usePages } from "../../api/paging";
import type { Enrollment } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { PageHeader } from "../../parts/PageHeader";
import { TimeAgo } from "../../parts/TimeAgo";
import { NeedsScope } from "../../scope/NeedsScope";
import { useScope } from "../../scope/scope";

const COLUMNS: Column<Enrollment>[] = [
  { key: "id", header: "Id", cell: (row) => row.id },
  { key: "displayName", header: "Name", cell: (row) => row.displayName },
  { key: "createdAt", header: "Made", cell: (row) => <TimeAgo at={row.createdAt} /> },
];

function Products() {
  const scope = useScope();
  const pages = usePages<Enrollment>(`/scopes/${scope.id}/enrollment-groups`, {});
  return (
    <>
      <PageHeader title="Products" lead="Groups whose devices share one secret." />
      <DataTable
        caption="Products"
        columns={COLUMNS}
        pages={{
          ...pages,
          rows: pages.rows.filter((row) => row.attestation.type === "product_secret"),
        }}
        rowKey={(row) => row.id}
        empty={<EmptyState title="None yet" />}
      />
    </>
  );
}

export default function Page() {
  return (
    <NeedsScope>
      <Products />
    </NeedsScope>
  );
}
