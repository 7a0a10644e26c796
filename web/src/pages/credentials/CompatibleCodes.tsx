import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { useServerPermission } from "../../session/session";
import { GuardedSwitch } from "./GuardedSwitch";
import { useChangeScope } from "./scopeSettings";

export const WEAKNESSES = [
  "The key of the encryption comes from the passphrase by three rounds of MD5: millions of " +
    "passphrases a second can be tried on a photographed picture.",
  "The first block of what is inside is known, so one step tells whether a guess is right.",
  "Nothing in a code shows that it was changed on the way.",
  "The newest app reads only unencrypted codes: its picture is the device’s key in clear.",
  "Numbers have five digits, so strangers can guess one. Here they end after ten minutes and one " +
    "use, and guessing closes them for everybody.",
  "The device’s key stays the same for good: a code that leaked once is worth something for as " +
    "long as the key lives.",
];

export function Weaknesses() {
  return (
    <List fz="sm" spacing={5}>
      {WEAKNESSES.map((each) => (
        <List.Item key={each}>{each}</List.Item>
      ))}
    </List>
  );
}

// The switch for codes of old apps, with what it means.
export function CompatibleCodes() {
  const scope = useScope();
  const change = useChangeScope(scope);
  const permission = useServerPermission("admin");
  const [asking, setAsking] = useState(false);
  const on = scope.compatibleCodes ?? false;
  const command = ["scope", "update", scope.id];
  const set = (compatibleCodes: boolean) =>
    change.mutate({ compatibleCodes }, { onSuccess: () => setAsking(false) });
  return (
    <Panel title="Compatible codes" lead="QR pictures and numbers as old phone apps read them">
      <Stack gap="md">
        <GuardedSwitch
          label="Make and hand out compatible codes"
          description={
            "Off unless an old app needs them: claims and envelopes have none of their weaknesses."
          }
          checked={on}
          permission={permission}
          isPending={change.isPending}
          command={command}
          flags={{ "compatible-codes": on ? "off" : "on" }}
          onChange={(wants) => (wants ? setAsking(true) : set(false))}
        />
        {on ? (
          <Alert
            color="yellow"
            variant="light"
            icon={<IconAlertTriangle size={18} />}
            title="They are on, and weak"
          >
            <Weaknesses />
          </Alert>
        ) : null}
        {change.error && !asking ? <ErrorNotice error={change.error} /> : null}
      </Stack>
      <ConfirmDialog
        opened={asking}
        title="Switch compatible codes on?"
        confirm="Switch on"
        cli={<CliHint command={command} flags={{ "compatible-codes": "on" }} />}
        error={change.error}
        isPending={change.isPending}
        onConfirm={() => set(true)}
        onClose={() => {
          change.reset();
          setAsking(false);
        }}
      >
        <Text fz="sm" mb="xs">
          Operators of {scope.displayName} can make codes then that old apps read. Know what is weak
          about them:
        </Text>
        <Weaknesses />
      </ConfirmDialog>
    </Panel>
  );
}
