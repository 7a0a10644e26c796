import { ActionIcon, Box, Popover, Text, Tooltip } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";
import { cliCommand, type CliFlag } from "./cli";
import classes from "./CliHint.module.css";
import { CopyButton } from "./CopyField";

interface Props {
  command: string[];
  flags?: Record<string, CliFlag>;
  label?: string;
}

// The command that does the same: a line of its own, below an action or in a dialog.
export function CliHint({ command, flags, label = "The same on the command line" }: Props) {
  const text = cliCommand(command, flags);
  return (
    <Box className={classes.hint}>
      <Text component="div" className={classes.label}>
        <IconTerminal2 size={13} aria-hidden /> {label}
      </Text>
      <div className={classes.line}>
        <code className={classes.code} tabIndex={0}>
          {text}
        </code>
        <CopyButton value={text} what="command" />
      </div>
    </Box>
  );
}

// The same behind a small button, where there is no room for a line.
export function CliButton(props: Props) {
  return (
    <Popover position="bottom-end" width={380} shadow="md" withArrow trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label="The same on the command line">
          <ActionIcon variant="subtle" color="gray" aria-label="Show the command line">
            <IconTerminal2 size={17} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <CliHint {...props} />
      </Popover.Dropdown>
    </Popover>
  );
}
