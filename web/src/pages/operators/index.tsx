import { Badge, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { api, path } from "../../api/client";
import { usePages } from "../../api/paging";
import { CliButton, CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { useOperator, usePermission } from "../../session/session";
import { WHERE, type OperatorRecord } from "./operator";
import { OperatorDialog } from "./OperatorDialog";

const stateOf = (row: OperatorRecord): string =>
  row.locked ? "locked" : row.enabled ? "active" : "disabled";

function DeleteDialog({ operator, onClose }: { operator?: OperatorRecord; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (row: OperatorRecord) =>
      api.delete(path`/operators/${row.name}`, { version: row.version }),
    onSuccess: async (_, row) => {
      await client.invalidateQueries({ queryKey: [WHERE] });
      notifications.show({ message: `${row.name} is deleted.` });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      opened={operator !== undefined}
      title="Delete operator"
      confirm="Delete"
      cli={<CliHint command={["operator", "delete", operator?.name ?? ""]} />}
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => operator !== undefined && remove.mutate(operator)}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    >
      {operator?.name} can no longer sign in, and every session of theirs ends. What they did stays
      in the audit.
    </ConfirmDialog>
  );
}

function columns(
  me: string,
  buttons: (row: OperatorRecord) => ReactNode,
): Column<OperatorRecord>[] {
  return [
    {
      key: "name",
      header: "Operator",
      cell: (row) => (
        <>
          <Group gap={6}>
            <Text fz="sm" fw={550}>
              {row.displayName || row.name}
            </Text>
            {row.name === me ? (
              <Badge size="sm" variant="light" tt="none">
                you
              </Badge>
            ) : null}
          </Group>
          {row.displayName && row.displayName !== row.name ? (
            <Text fz="xs" c="dimmed" ff="monospace">
              {row.name}
            </Text>
          ) : null}
        </>
      ),
    },
    { key: "role", header: "Role", cell: (row) => row.role },
    { key: "scope", header: "Scope", wide: true, cell: (row) => row.scope ?? "all" },
    { key: "state", header: "State", cell: (row) => <StatusBadge status={stateOf(row)} /> },
    {
      key: "createdAt",
      header: "Made",
      wide: true,
      cell: (row) => <TimeAgo at={row.createdAt} />,
    },
    { key: "buttons", header: "Actions", align: "right", cell: buttons },
  ];
}

export default function Page() {
  const me = useOperator();
  const may = usePermission("admin");
  const pages = usePages<OperatorRecord>(WHERE, {}, { enabled: may.allowed });
  const [edited, setEdited] = useState<OperatorRecord | "new" | undefined>();
  const [deleted, setDeleted] = useState<OperatorRecord | undefined>();
  const mayDelete = (row: OperatorRecord) =>
    row.name === me.name ? { allowed: false, why: "You cannot delete yourself." } : may;

  return (
    <>
      <PageHeader
        title="Operators"
        lead="Who may sign in to this console, and what they may do."
        help={
          "Each role includes the one before: viewers read, operators let devices in, admins " +
          "also change scopes, hubs, tokens and operators. Programs use tokens instead."
        }
        actions={
          <>
            <CliButton command={["operator", "list"]} />
            <GuardedButton
              permission={may}
              leftSection={<IconPlus size={16} />}
              onClick={() => setEdited("new")}
            >
              New operator
            </GuardedButton>
          </>
        }
      />
      {may.allowed ? (
        <DataTable
          caption="Operators"
          columns={columns(me.name, (row) => (
            <Group gap={6} justify="flex-end" wrap="nowrap">
              <GuardedButton
                permission={may}
                size="compact-sm"
                variant="default"
                onClick={() => setEdited(row)}
              >
                Change
              </GuardedButton>
              <GuardedButton
                permission={mayDelete(row)}
                size="compact-sm"
                variant="default"
                onClick={() => setDeleted(row)}
              >
                Delete
              </GuardedButton>
            </Group>
          ))}
          pages={pages}
          rowKey={(row) => row.name}
          empty={<EmptyState title="No operators" />}
        />
      ) : (
        <EmptyState title="Admins alone see the operators" text={may.why} />
      )}
      <OperatorDialog
        opened={edited !== undefined}
        operator={edited === "new" ? undefined : edited}
        onClose={() => setEdited(undefined)}
      />
      <DeleteDialog operator={deleted} onClose={() => setDeleted(undefined)} />
    </>
  );
}
