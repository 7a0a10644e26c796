import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Mark } from "../parts/Mark";
import classes from "./Threshold.module.css";

interface Props {
  title: string;
  lead: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}

// The page before the console: one card in the middle.
export function Threshold({ title, lead, children, foot }: Props) {
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <Group gap="sm" mb="lg" justify="center">
          <Mark size={34} />
          <Text fw={650} fz={22} lh={1} className={classes.name}>
            Berth
          </Text>
        </Group>
        <Paper className={classes.card} withBorder radius="lg" p={{ base: "md", xs: "xl" }}>
          <Stack gap="md">
            <div>
              <Title order={1} fz={20} mb={4}>
                {title}
              </Title>
              <Text c="dimmed" fz="sm">
                {lead}
              </Text>
            </div>
            {children}
          </Stack>
        </Paper>
        {foot === undefined ? null : (
          <Text c="dimmed" fz="xs" ta="center" mt="md">
            {foot}
          </Text>
        )}
      </div>
    </main>
  );
}
