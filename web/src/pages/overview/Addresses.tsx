import { Stack } from "@mantine/core";
import type { Scope } from "../../api/types";
import { CliButton } from "../../parts/CliHint";
import { CopyField } from "../../parts/CopyField";
import { Panel } from "../../parts/Panel";
import classes from "./overview.module.css";

interface Props {
  scope: Scope;
  serviceHost: string | null | undefined;
}

// What is put into a device so that it finds this server.
export function Addresses({ scope, serviceHost }: Props) {
  const host = scope.serviceHost ?? serviceHost ?? window.location.hostname;
  const origin = window.location.host;
  const endpoint = scope.serviceHost ?? origin;
  return (
    <div className={classes.narrow}>
      <Panel
        title="What devices need"
        lead="Put into the firmware, or typed into a tool"
        actions={<CliButton command={["scope", "show", scope.id]} />}
      >
        <Stack gap="sm">
          <CopyField
            label="Id scope"
            value={scope.id}
            help="Which tenant a device belongs to; it is no secret."
          />
          <CopyField
            label="Service host"
            value={host}
            help="What devices call their provisioning host or global endpoint."
          />
          <CopyField
            label="Endpoint"
            value={`https://${endpoint}`}
            help="For HTTPS, and for berth."
          />
        </Stack>
      </Panel>
    </div>
  );
}
