import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useState } from "react";
import { CliHint } from "../parts/CliHint";
import { CopyButton, CopyField } from "../parts/CopyField";
import { ErrorNotice } from "../parts/ErrorNotice";
import classes from "./groups.module.css";
import { useEnrol } from "./queries";
import type { RosterKind } from "./rosterKind";
import type { Enrolled, Member } from "./types";

interface Props {
  scope: string;
  group: string;
  kind: RosterKind;
  member: Member | undefined; // none: closed
  onClose: () => void;
}

// Registers a member for its device, here and now; the password it connects with is shown once.
export function EnrolDialog({ member, onClose, ...rest }: Props) {
  return (
    <Modal
      opened={member !== undefined}
      onClose={onClose}
      title={member === undefined ? "" : `Enrol ${member.name} now`}
      closeOnClickOutside={false}
    >
      {member === undefined ? null : (
        <Body key={member.name} member={member} onClose={onClose} {...rest} />
      )}
    </Modal>
  );
}

type BodyProps = Omit<Props, "member"> & { member: Member };

function Body({ scope, group, kind, member, onClose }: BodyProps) {
  const [fresh] = useState(member.state === "expected" || member.state === "reset");
  const [reissue, setReissue] = useState(false);
  const enrol = useEnrol(scope, group);
  if (enrol.data !== undefined) return <Once enrolled={enrol.data} onClose={onClose} />;
  return (
    <Stack gap="sm">
      <Text fz="sm">
        It gets a device id and a password to connect with, as if the device had enrolled itself.
      </Text>
      {fresh ? null : (
        <Checkbox
          label="Issue anew"
          description="It is enrolled. What its device has is void then, and its connection ends."
          checked={reissue}
          onChange={(event) => setReissue(event.currentTarget.checked)}
        />
      )}
      {enrol.error ? <ErrorNotice error={enrol.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          data-autofocus
          leftSection={<IconUserCheck size={16} />}
          disabled={!fresh && !reissue}
          loading={enrol.isPending}
          onClick={() => enrol.mutate({ member, reissue })}
        >
          Enrol now
        </Button>
      </Group>
      <CliHint
        command={[kind.cli, "enroll", member.name]}
        flags={{ scope, [kind.groupFlag]: group, reissue }}
      />
    </Stack>
  );
}

function Once({ enrolled, onClose }: { enrolled: Enrolled; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <CopyField label="Device id" value={enrolled.deviceId} />
      <CopyField label="Hub" value={enrolled.hub} />
      <div className={classes.once} role="group" aria-label="Connection password">
        <Text fz="xs" c="dimmed" mb={2}>
          Connection password
        </Text>
        <Group gap={6} wrap="nowrap" justify="space-between">
          <code className={classes.password}>{enrolled.password}</code>
          <CopyButton value={enrolled.password} what="connection password" />
        </Group>
      </div>
      <Alert color="yellow" variant="light" p="sm">
        <Text fz="sm">It is not kept anywhere and cannot be shown again: take it now.</Text>
      </Alert>
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          I have it
        </Button>
      </Group>
    </Stack>
  );
}
