import { Group, Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

// A titled card.
export function Panel({ title, lead, actions, children }: Props) {
  return (
    <Paper component="section" withBorder radius="md" p="md" aria-label={title}>
      <Group justify="space-between" align="flex-start" gap="xs" mb="sm" wrap="nowrap">
        <div>
          <Title order={2} fz={14} fw={600}>
            {title}
          </Title>
          {lead === undefined ? null : (
            <Text c="dimmed" fz="xs" mt={1}>
              {lead}
            </Text>
          )}
        </div>
        {actions === undefined ? null : (
          <Group gap={4} wrap="nowrap">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Paper>
  );
}
