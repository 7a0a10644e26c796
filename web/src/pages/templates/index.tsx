import { usePages } from "../../api/paging";
import type { Template } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { PageHeader } from "../../parts/PageHeader";
import { TimeAgo } from "../../parts/TimeAgo";
import { NeedsScope } from "../../scope/NeedsScope";
import { useScope } from "../../scope/scope";

const COLUMNS: Column<Template>[] = [
  { key: "id", header: "Id", cell: (row) => row.id },
  { key: "displayName", header: "Name", cell: (row) => row.displayName },
  { key: "createdAt", header: "Made", cell: (row) => <TimeAgo at={row.createdAt} /> },
];

function Templates() {
  const scope = useScope();
  const pages = usePages<Template>(`/scopes/${scope.id}/templates`, {});
  return (
    <>
      <PageHeader title="Templates" lead="Models of devices, and the twin they start with." />
      <DataTable
        caption="Templates"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.id}
        empty={<EmptyState title="None yet" />}
      />
    </>
  );
}

export default function Page() {
  return (
    <NeedsScope>
      <Templates />
    </NeedsScope>
  );
}
