import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey, IconLogout } from "@tabler/icons-react";
import { ChangePassword } from "../session/ChangePassword";
import { useOperator, useSignOut } from "../session/session";

const initials = (name: string): string =>
  name
    .split(/[\s._@-]+/)
    .filter((part) => part !== "")
    .slice(0, 2)
    .map((part) => Array.from(part)[0]?.toUpperCase() ?? "")
    .join("");

export function OperatorMenu() {
  const operator = useOperator();
  const signOut = useSignOut();
  const [changing, { open, close }] = useDisclosure(false);
  const name = operator.displayName || operator.name;
  return (
    <>
      <Menu position="bottom-end" width={230} shadow="md" withArrow>
        <Menu.Target>
          <UnstyledButton>
            <Avatar size={30} radius="xl" color="sea" variant="filled" aria-hidden>
              {initials(name)}
            </Avatar>
            <VisuallyHidden>Signed in as {name}</VisuallyHidden>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text fz="sm" fw={600} c="var(--mantine-color-text)" truncate>
              {name}
            </Text>
            <Text fz="xs" truncate>
              {operator.name}, {operator.role}
              {operator.scope === null ? "" : ` of ${operator.scope}`}
            </Text>
          </Menu.Label>
          <Menu.Divider />
          <Menu.Item leftSection={<IconKey size={16} />} onClick={open}>
            Change password
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} />}
            disabled={signOut.isPending}
            onClick={() => signOut.mutate()}
          >
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ChangePassword opened={changing} onClose={close} />
    </>
  );
}
