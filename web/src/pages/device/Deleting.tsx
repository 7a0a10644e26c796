import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { api, path } from "../../api/client";
import { devicesPage } from "../../app/links";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { GuardedButton } from "../../parts/GuardedButton";
import { usePermission } from "../../session/session";
import type { Device, DeviceEnrollment, Registration } from "./types";

interface DeleteProps {
  label: string;
  title: string;
  typed: string;
  where: string;
  version: number;
  command: string[];
  flags: Record<string, string | boolean>;
  children: ReactNode;
  onChange: () => void;
  leaveTo?: string; // nothing of it is left to show
}

function Delete({ label, title, typed, where, version, ...props }: DeleteProps) {
  const may = usePermission("operator");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, { open, close }] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: () => api.delete(where, { version }),
    onSuccess: () => {
      close();
      void client.invalidateQueries({ queryKey: ["/fleet"] });
      if (props.leaveTo === undefined) props.onChange();
      else void navigate(props.leaveTo);
    },
    onError: props.onChange,
  });
  return (
    <>
      <GuardedButton permission={may} size="xs" variant="subtle" color="red" onClick={open}>
        {label}
      </GuardedButton>
      <ConfirmDialog
        opened={asking}
        title={title}
        confirm="Delete"
        typed={typed}
        cli={<CliHint command={props.command} flags={props.flags} />}
        error={remove.error}
        isPending={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => {
          remove.reset();
          close();
        }}
      >
        {props.children}
      </ConfirmDialog>
    </>
  );
}

interface RegistrationProps {
  registration: Registration;
  onChange: () => void;
}

export function DeleteRegistration({ registration, onChange }: RegistrationProps) {
  const { scope, id, version } = registration;
  return (
    <Delete
      label="Delete registration"
      title={`Delete the registration of ${id}?`}
      typed={id}
      where={path`/scopes/${scope}/registrations/${id}`}
      version={version}
      command={["registration", "delete", id]}
      flags={{ scope, yes: true }}
      onChange={onChange}
    >
      Its identity at the hub goes with it, and so do its twin and the messages that wait for it.
      As long as its enrollment is there and enabled, the device may register again.
    </Delete>
  );
}

interface DeviceProps {
  device: Device;
  onChange: () => void;
}

export function DeleteDevice({ device, onChange }: DeviceProps) {
  const { scope, hub, id, version } = device;
  return (
    <Delete
      label="Delete device"
      title={`Delete ${id}?`}
      typed={id}
      where={path`/hubs/${hub}/devices/${id}`}
      version={version}
      command={["device", "delete", id]}
      flags={{ "hub-name": hub, yes: true }}
      onChange={onChange}
      leaveTo={devicesPage({ scope })}
    >
      It was made by hand and does not come back by itself. Its twin and the messages that wait for
      it are gone, too.
    </Delete>
  );
}

interface EnrollmentProps {
  enrollment: DeviceEnrollment;
  onChange: () => void;
}

export function DeleteEnrollment({ enrollment, onChange }: EnrollmentProps) {
  const { scope, id, version } = enrollment;
  return (
    <Delete
      label="Delete enrollment"
      title={`Delete the enrollment ${id}?`}
      typed={id}
      where={path`/scopes/${scope}/enrollments/${id}`}
      version={version}
      command={["enrollment", "delete", id]}
      flags={{ scope, yes: true }}
      onChange={onChange}
    >
      Its keys are gone with it. A registration that was made through it stays, but the device
      cannot register again.
    </Delete>
  );
}
