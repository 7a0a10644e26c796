import { ActionIcon, Collapse, Group, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHelpCircle } from "@tabler/icons-react";
import { useEffect, type ReactNode } from "react";
import classes from "./PageHeader.module.css";

interface Props {
  title: string; // also of the browser's tab
  badge?: ReactNode;
  lead?: ReactNode; // one line
  help?: ReactNode; // what this page is for; opens below the title
  actions?: ReactNode;
}

export function PageHeader({ title, badge, lead, help, actions }: Props) {
  const [open, { toggle }] = useDisclosure(false);
  useEffect(() => {
    document.title = `${title} · Berth`;
  }, [title]);
  return (
    <header className={classes.header}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.text}>
          <Group gap={6} wrap="nowrap">
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {badge}
            {help === undefined ? null : (
              <Tooltip label="About this page">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label="About this page"
                  aria-expanded={open}
                  onClick={toggle}
                >
                  <IconHelpCircle size={17} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
          {lead === undefined ? null : (
            <Text c="dimmed" fz="sm" mt={2}>
              {lead}
            </Text>
          )}
        </div>
        {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
      </Group>
      {help === undefined ? null : (
        <Collapse expanded={open}>
          <Text component="div" fz="sm" className={classes.help}>
            {help}
          </Text>
        </Collapse>
      )}
    </header>
  );
}
