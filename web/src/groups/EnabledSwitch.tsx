import { Group, Switch } from "@mantine/core";
import { CliButton } from "../parts/CliHint";
import { ErrorNotice } from "../parts/ErrorNotice";
import { useScope } from "../scope/scope";
import { usePermission } from "../session/session";
import { usePatchGroup } from "./queries";

interface Props {
  group: { id: string; version: number; enabled: boolean };
  cli: string; // the noun of the command line
}

// Off refuses all devices of the group.
export function EnabledSwitch({ group, cli }: Props) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const patch = usePatchGroup(scope.id, group.id, group.version);
  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Switch
          label="Enabled"
          description={mayWrite.allowed ? "Off refuses all of its devices." : mayWrite.why}
          checked={group.enabled}
          disabled={!mayWrite.allowed || patch.isPending}
          onChange={(event) => patch.mutate({ enabled: event.currentTarget.checked })}
        />
        <CliButton
          command={[cli, "update", group.id]}
          flags={{
            scope: scope.id,
            "provisioning-status": group.enabled ? "disabled" : "enabled",
          }}
        />
      </Group>
      {patch.error ? <ErrorNotice error={patch.error} /> : null}
    </>
  );
}
