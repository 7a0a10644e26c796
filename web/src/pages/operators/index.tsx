import { usePages } from "../../api/paging";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { PageHeader } from "../../parts/PageHeader";
import type { OperatorRecord } from "./operator";

const COLUMNS: Column<OperatorRecord>[] = [
  { key: "name", header: "Name", cell: (row) => row.name },
  { key: "role", header: "Role", cell: (row) => row.role },
];

export default function Page() {
  const pages = usePages<OperatorRecord>("/operators", {});
  return (
    <>
      <PageHeader title="Operators" lead="Who may sign in to this console." />
      <DataTable
        caption="Operators"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.name}
        empty={<EmptyState title="None yet" />}
      />
    </>
  );
}
