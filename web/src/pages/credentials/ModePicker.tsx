import { Badge, Group, Radio, Text } from "@mantine/core";
import { IconArrowsRightLeft, IconHistory, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { CodeMode } from "./credential";
import classes from "./credentials.module.css";

interface Choice {
  mode: CodeMode;
  name: string;
  icon: ReactNode;
  mark?: string;
  text: string;
}

const CHOICES: Choice[] = [
  {
    mode: "claim",
    name: "Claim",
    icon: <IconArrowsRightLeft size={18} stroke={1.7} aria-hidden />,
    mark: "Best",
    text: "No key in the picture: a one-time token. The device makes a key of its own.",
  },
  {
    mode: "envelope",
    name: "Envelope",
    icon: <IconLock size={18} stroke={1.7} aria-hidden />,
    text: "The device’s key, strongly encrypted. For apps that need a symmetric key.",
  },
  {
    mode: "compatible",
    name: "Compatible",
    icon: <IconHistory size={18} stroke={1.7} aria-hidden />,
    mark: "Weak",
    text: "For old phone apps that read nothing else.",
  },
];

interface Props {
  value: CodeMode;
  onChange: (mode: CodeMode) => void;
  compatibleOff: ReactNode; // why there are no compatible codes; undefined: there are
}

export function ModePicker({ value, onChange, compatibleOff }: Props) {
  return (
    <Radio.Group
      label="Kind of code"
      value={value}
      onChange={(mode) => onChange(mode as CodeMode)}
      classNames={{ label: classes.legend }}
    >
      <div className={classes.modes}>
        {CHOICES.map((choice) => {
          const off = choice.mode === "compatible" && compatibleOff !== undefined;
          return (
            <Radio.Card
              key={choice.mode}
              className={classes.mode}
              value={choice.mode}
              disabled={off}
              aria-label={choice.name}
              aria-describedby={`mode-${choice.mode}`}
            >
              <Group gap={8} wrap="nowrap" mb={4}>
                <span className={classes.modeIcon}>{choice.icon}</span>
                <Text fw={600} fz="sm">
                  {choice.name}
                </Text>
                {choice.mark === undefined ? null : (
                  <Badge
                    size="sm"
                    radius="sm"
                    tt="none"
                    variant="light"
                    color={choice.mode === "claim" ? "teal" : "yellow"}
                  >
                    {off ? "Off" : choice.mark}
                  </Badge>
                )}
              </Group>
              <Text id={`mode-${choice.mode}`} fz="xs" c="dimmed" lh={1.45}>
                {choice.text}
              </Text>
            </Radio.Card>
          );
        })}
      </div>
      {compatibleOff === undefined ? null : (
        <Text fz="xs" c="dimmed" mt={6}>
          {compatibleOff}
        </Text>
      )}
    </Radio.Group>
  );
}
