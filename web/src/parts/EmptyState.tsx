import { Stack, Text, ThemeIcon } from "@mantine/core";
import { IconSailboat } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  title: string;
  text?: ReactNode;
  icon?: ReactNode;
  children?: ReactNode; // what to do about it
}

export function EmptyState({ title, text, icon, children }: Props) {
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center">
      <ThemeIcon variant="light" size={44} radius="xl" mb={4} aria-hidden>
        {icon ?? <IconSailboat size={24} stroke={1.6} />}
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {text === undefined ? null : (
        <Text c="dimmed" fz="sm" maw={460}>
          {text}
        </Text>
      )}
      {children === undefined ? null : (
        <Stack mt="sm" gap="sm" maw="100%" ta="start">
          {children}
        </Stack>
      )}
    </Stack>
  );
}
