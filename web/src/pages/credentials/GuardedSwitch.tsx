import { Group, Switch, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { CliButton } from "../../parts/CliHint";
import type { Permission } from "../../session/roles";

interface Props {
  label: string;
  description: ReactNode;
  checked: boolean;
  permission: Permission;
  isPending: boolean;
  command: string[];
  flags: Record<string, string>;
  onChange: (checked: boolean) => void;
}

// A setting of the scope: off with the reason for those who may not change it.
export function GuardedSwitch(props: Props) {
  const { permission } = props;
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
      <Switch
        label={props.label}
        description={
          <>
            {props.description}
            {permission.allowed ? null : (
              <Text span fz="inherit" display="block" mt={3} fs="italic">
                {permission.why}
              </Text>
            )}
          </>
        }
        checked={props.checked}
        disabled={!permission.allowed || props.isPending}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <CliButton command={props.command} flags={props.flags} />
    </Group>
  );
}
