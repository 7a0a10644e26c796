import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Overview } from "../../api/types";
import { CliButton } from "../../parts/CliHint";
import { CopyField } from "../../parts/CopyField";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";

// Id scope and service host, to copy.
export function Addresses() {
  const scope = useScope();
  const overview = useQuery({
    queryKey: ["/overview", scope.id, "24"],
    queryFn: ({ signal }) =>
      api.get<Overview>("/overview", { scope: scope.id, hours: 24 }, signal),
    staleTime: 60_000,
  });
  const host = scope.serviceHost ?? overview.data?.serviceHost ?? window.location.hostname;
  return (
    <Panel
      title="Addresses"
      lead="Typed into the portal, a tool or the device"
      actions={<CliButton command={["scope", "show", scope.id]} />}
    >
      <Stack gap="sm">
        <CopyField
          label="Id scope"
          value={scope.id}
          help="The portal’s Scope Id. It is no secret."
        />
        <CopyField
          label="Service host"
          value={host}
          help="Devices call it provisioning host or global endpoint."
        />
      </Stack>
    </Panel>
  );
}
