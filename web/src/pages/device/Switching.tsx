import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { GuardedButton } from "../../parts/GuardedButton";
import { usePermission } from "../../session/session";
import type { Device, DeviceEnrollment } from "./types";

interface SwitchProps {
  what: string; // "this device"
  enabled: boolean;
  effect: string; // of switching it off
  where: string;
  version: number;
  command: string[];
  flags: Record<string, string>;
  onChange: () => void;
}

function Switch({ what, enabled, effect, where, version, command, ...props }: SwitchProps) {
  const may = usePermission("operator");
  const [asking, { open, close }] = useDisclosure(false);
  const verb = enabled ? "Disable" : "Enable";
  const change = useMutation({
    mutationFn: () => api.patch(where, { enabled: !enabled }, { version }),
    onSuccess: () => {
      close();
      props.onChange();
    },
    onError: props.onChange, // somebody else was faster: show what is now
  });
  return (
    <>
      <GuardedButton permission={may} size="xs" variant="default" onClick={open}>
        {verb}
      </GuardedButton>
      <ConfirmDialog
        opened={asking}
        title={`${verb} ${what}?`}
        confirm={verb}
        danger={enabled}
        cli={<CliHint command={command} flags={props.flags} />}
        error={change.error}
        isPending={change.isPending}
        onConfirm={() => change.mutate()}
        onClose={() => {
          change.reset();
          close();
        }}
      >
        {enabled ? effect : "It is let in again, with what it has."}
      </ConfirmDialog>
    </>
  );
}

interface DeviceProps {
  device: Device;
  onChange: () => void;
}

export function DeviceSwitch({ device, onChange }: DeviceProps) {
  return (
    <Switch
      what={device.id}
      enabled={device.enabled}
      effect="Its connection ends at once and it cannot connect until it is enabled."
      where={path`/hubs/${device.hub}/devices/${device.id}`}
      version={device.version}
      command={["device", "update", device.id]}
      flags={{ "hub-name": device.hub, status: device.enabled ? "disabled" : "enabled" }}
      onChange={onChange}
    />
  );
}

interface EnrollmentProps {
  enrollment: DeviceEnrollment;
  onChange: () => void;
}

export function EnrollmentSwitch({ enrollment, onChange }: EnrollmentProps) {
  return (
    <Switch
      what={`the enrollment ${enrollment.id}`}
      enabled={enrollment.enabled}
      effect="Its device can neither register nor connect until it is enabled."
      where={path`/scopes/${enrollment.scope}/enrollments/${enrollment.id}`}
      version={enrollment.version}
      command={["enrollment", "update", enrollment.id]}
      flags={{
        scope: enrollment.scope,
        "provisioning-status": enrollment.enabled ? "disabled" : "enabled",
      }}
      onChange={onChange}
    />
  );
}
