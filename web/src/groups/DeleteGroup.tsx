import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { CliHint } from "../parts/CliHint";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { GuardedButton } from "../parts/GuardedButton";
import { usePermission } from "../session/session";
import { useDeleteGroup } from "./queries";

interface Props {
  scope: string;
  group: { id: string; displayName: string; version: number };
  what: string; // "product"
  cli: string; // the noun of the command line
  back: string; // where to go afterwards
}

export function DeleteGroup({ scope, group, what, cli, back }: Props) {
  const navigate = useNavigate();
  const mayWrite = usePermission("operator");
  const [asking, setAsking] = useState(false);
  const remove = useDeleteGroup(scope, group.id, group.version);
  return (
    <>
      <GuardedButton
        permission={mayWrite}
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() => setAsking(true)}
      >
        Delete
      </GuardedButton>
      <ConfirmDialog
        opened={asking}
        title={`Delete the ${what}?`}
        confirm="Delete"
        typed={group.id}
        cli={<CliHint command={[cli, "delete", group.id]} flags={{ scope }} />}
        error={remove.error}
        isPending={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate(back) })}
        onClose={() => {
          remove.reset();
          setAsking(false);
        }}
      >
        <b>{group.displayName}</b> goes with its list and its secrets. Devices that are registered
        stay, and no new one gets in.
      </ConfirmDialog>
    </>
  );
}
