import { usePages } from "../../api/paging";
import type { Credential } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { PageHeader } from "../../parts/PageHeader";
import { TimeAgo } from "../../parts/TimeAgo";
import { NeedsScope } from "../../scope/NeedsScope";
import { useScope } from "../../scope/scope";

const COLUMNS: Column<Credential>[] = [
  { key: "id", header: "Id", cell: (row) => row.id },
  { key: "mode", header: "Kind", cell: (row) => row.mode },
  { key: "createdAt", header: "Made", cell: (row) => <TimeAgo at={row.createdAt} /> },
];

function Credentials() {
  const scope = useScope();
  const pages = usePages<Credential>("/credentials", { scope: scope.id });
  return (
    <>
      <PageHeader title="Credentials" lead="Codes that let a device in." />
      <DataTable
        caption="Credentials"
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
      <Credentials />
    </NeedsScope>
  );
}
