import { Anchor, Stack } from "@mantine/core";
import { Link } from "react-router";
import { devicesPage } from "../../app/links";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { useServerPermission } from "../../session/session";
import classes from "./credentials.module.css";
import { GuardedSwitch } from "./GuardedSwitch";
import { useChangeScope } from "./scopeSettings";

const word = (on: boolean): string => (on ? "on" : "off");

// Which devices come in by themselves.
export function Approval() {
  const scope = useScope();
  const change = useChangeScope(scope);
  const permission = useServerPermission("admin");
  const approves = scope.autoApprove ?? true;
  const holds = scope.holdUnknownModels ?? false;
  return (
    <Panel
      title="Approval"
      lead="Devices with a good credential of a group that nobody has created yet"
      actions={
        <Anchor
          component={Link}
          to={devicesPage({ status: "waiting" })}
          fz="xs"
          className={classes.stay}
        >
          Devices that wait
        </Anchor>
      }
    >
      <Stack gap="md">
        <GuardedSwitch
          label="Auto-approve"
          description={
            "On: they are created at first contact. Off: they wait until somebody approves them."
          }
          checked={approves}
          permission={permission}
          isPending={change.isPending}
          command={["scope", "update", scope.id]}
          flags={{ "auto-approve": word(!approves) }}
          onChange={(autoApprove) => change.mutate({ autoApprove })}
        />
        <GuardedSwitch
          label="Hold unknown models"
          description={
            "On: a device that names a model without a template waits, too. Off: it comes in " +
            "unassigned."
          }
          checked={holds}
          permission={permission}
          isPending={change.isPending}
          command={["scope", "update", scope.id]}
          flags={{ "hold-unknown-models": word(!holds) }}
          onChange={(holdUnknownModels) => change.mutate({ holdUnknownModels })}
        />
        {change.error ? <ErrorNotice error={change.error} /> : null}
      </Stack>
    </Panel>
  );
}
