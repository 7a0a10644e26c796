import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { CliHint } from "../parts/CliHint";
import { CopyField } from "../parts/CopyField";
import { ErrorNotice } from "../parts/ErrorNotice";
import { exactTime } from "../parts/times";
import { useReveal } from "./queries";
import type { GroupKeys } from "./types";

interface Props {
  scope: string;
  group: { id: string; displayName: string } | undefined; // none: closed
  cli: string[];
  flags?: Record<string, string>;
  onClose: () => void;
}

// A group's secrets, after a second asking: reading them leaves a record.
export function KeysDialog({ group, onClose, ...rest }: Props) {
  return (
    <Modal
      opened={group !== undefined}
      onClose={onClose}
      title={group === undefined ? "" : `Secrets of ${group.displayName}`}
    >
      {group === undefined ? null : <Reveal key={group.id} id={group.id} {...rest} />}
    </Modal>
  );
}

interface RevealProps {
  scope: string;
  id: string;
  cli: string[];
  flags?: Record<string, string>;
}

function Reveal({ scope, id, cli, flags }: RevealProps) {
  const reveal = useReveal(scope, id);
  return (
    <Stack gap="sm">
      {reveal.data === undefined ? (
        <>
          <Text fz="sm">
            Whoever has a group’s secret can let devices of the group in. The audit remembers that
            you looked.
          </Text>
          <Group justify="flex-end">
            <Button
              leftSection={<IconEye size={16} />}
              loading={reveal.isPending}
              data-autofocus
              onClick={() => reveal.mutate()}
            >
              Show them
            </Button>
          </Group>
        </>
      ) : (
        <Fields keys={reveal.data} />
      )}
      {reveal.error ? <ErrorNotice error={reveal.error} /> : null}
      <CliHint command={[...cli, id]} flags={{ scope, "show-keys": true, ...flags }} />
    </Stack>
  );
}

function Fields({ keys }: { keys: GroupKeys }) {
  const until = keys.previousUntil;
  return (
    <>
      {keys.primaryKey === undefined ? null : (
        <CopyField
          label="Primary key"
          value={keys.primaryKey}
          help="The portal’s Group Key, when it is typed."
        />
      )}
      {keys.secondaryKey === undefined ? null : (
        <CopyField label="Secondary key" value={keys.secondaryKey} />
      )}
      {keys.productSecret === undefined ? null : (
        <CopyField label="Product secret" value={keys.productSecret} />
      )}
      {keys.previousSecret == null ? null : (
        <CopyField
          label="The secret before"
          value={keys.previousSecret}
          help={until == null ? undefined : `Good until ${exactTime(until)}.`}
        />
      )}
      {keys.derivationSecret === undefined ? null : (
        <CopyField
          label="Derivation secret"
          value={keys.derivationSecret}
          empty="None: each member has passwords of its own"
        />
      )}
      <Alert color="yellow" variant="light" p="xs">
        <Text fz="xs">Close this when you are done. It is shown nowhere else.</Text>
      </Alert>
    </>
  );
}
