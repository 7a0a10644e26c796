import { Badge, Group, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useState } from "react";
import type { Enrollment } from "../../api/types";
import { KeysDialog } from "../../groups/KeysDialog";
import { useGroups } from "../../groups/queries";
import { CliButton, CliHint } from "../../parts/CliHint";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { GuardedButton } from "../../parts/GuardedButton";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import type { Permission } from "../../session/roles";

const columns = (
  permission: Permission,
  onView: (group: Enrollment) => void,
): Column<Enrollment>[] => [
  {
    key: "name",
    header: "Group",
    cell: (row) => (
      <>
        <Text fz="sm" fw={550}>
          {row.displayName}
        </Text>
        {row.displayName === row.id ? null : (
          <Text fz="xs" c="dimmed" ff="monospace">
            {row.id}
          </Text>
        )}
      </>
    ),
  },
  {
    key: "proof",
    header: "Proof",
    cell: () => (
      <Badge variant="light" radius="sm" tt="none" fw={550}>
        SAS tokens
      </Badge>
    ),
  },
  {
    key: "enabled",
    header: "State",
    cell: (row) => (row.enabled ? "Enabled" : "Disabled"),
  },
  {
    key: "keys",
    header: "",
    align: "right",
    width: 130,
    cell: (row) => (
      <GuardedButton
        permission={permission}
        size="compact-sm"
        variant="light"
        leftSection={<IconEye size={15} />}
        onClick={() => onView(row)}
      >
        View keys
      </GuardedButton>
    ),
  },
];

// Groups whose devices' keys are derived from the group's.
export function GroupKeys() {
  const scope = useScope();
  const groups = useGroups(scope.id, "symmetric_key");
  const permission = usePermission("operator");
  const [viewed, setViewed] = useState<Enrollment>();
  return (
    <Panel
      title="Enrollment groups"
      lead="Their devices prove themselves with SAS tokens, by keys derived from the group’s"
      actions={<CliButton command={["enrollment-group", "list"]} flags={{ scope: scope.id }} />}
    >
      <DataTable
        caption="Enrollment groups"
        columns={columns(permission, setViewed)}
        pages={groups}
        rowKey={(row) => row.id}
        empty={
          <EmptyState
            title="No group with keys yet"
            text="Devices whose keys are derived from one group key need none of their own here."
          >
            <Group justify="center">
              <CliHint
                command={["enrollment-group", "create"]}
                flags={{ "enrollment-id": "line-7", scope: scope.id }}
              />
            </Group>
          </EmptyState>
        }
      />
      <KeysDialog
        scope={scope.id}
        group={viewed}
        cli={["enrollment-group", "show"]}
        onClose={() => setViewed(undefined)}
      />
    </Panel>
  );
}
