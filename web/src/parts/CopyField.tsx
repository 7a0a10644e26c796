import { ActionIcon, Group, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useEffect, useId, useState, type ReactNode } from "react";
import { copyText } from "./clipboard";
import classes from "./CopyField.module.css";

const SHOWN_MS = 1_600;

interface ButtonProps {
  value: string;
  what: string; // "id scope": said to screen readers and in the tooltip
}

export function CopyButton({ value, what }: ButtonProps) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const label = { idle: `Copy ${what}`, copied: "Copied", failed: "The browser refused" }[state];
  return (
    <Tooltip label={label} events={{ hover: true, focus: true, touch: false }}>
      <ActionIcon
        variant="subtle"
        size="sm"
        color={state === "copied" ? "teal" : state === "failed" ? "red" : "gray"}
        aria-label={`Copy ${what}`}
        onClick={() => void copyText(value).then((done) => setState(done ? "copied" : "failed"))}
      >
        {state === "copied" ? <IconCheck size={15} /> : <IconCopy size={15} />}
        <VisuallyHidden aria-live="polite">{state === "idle" ? "" : label}</VisuallyHidden>
      </ActionIcon>
    </Tooltip>
  );
}

interface FieldProps {
  label: string;
  value: string | null | undefined;
  help?: ReactNode;
  secret?: boolean; // hidden until asked for
  empty?: string; // shown when there is no value
}

const HIDDEN = "••••••••••••••••";

// A value to take somewhere else: labelled, monospaced, with a copy button.
export function CopyField({ label, value, help, secret = false, empty = "—" }: FieldProps) {
  const [shown, setShown] = useState(!secret);
  const id = useId();
  const present = value !== null && value !== undefined && value !== "";
  return (
    <div className={classes.field} role="group" aria-labelledby={id}>
      <Text id={id} className={classes.label}>
        {label}
      </Text>
      <Group gap={2} wrap="nowrap" className={classes.line}>
        {present ? (
          <code className={classes.value}>{shown ? value : HIDDEN}</code>
        ) : (
          <Text c="dimmed" fz="sm" className={classes.value}>
            {empty}
          </Text>
        )}
        {present && secret ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={shown ? `Hide ${label}` : `Show ${label}`}
            onClick={() => setShown(!shown)}
          >
            {shown ? <IconEyeOff size={15} /> : <IconEye size={15} />}
          </ActionIcon>
        ) : null}
        {present ? <CopyButton value={value} what={label} /> : null}
      </Group>
      {help === undefined ? null : (
        <Text c="dimmed" fz="xs" mt={3}>
          {help}
        </Text>
      )}
    </div>
  );
}
