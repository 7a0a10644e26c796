import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { ErrorNotice } from "./ErrorNotice";

interface Props {
  opened: boolean;
  title: string;
  children: ReactNode; // what will happen, in words
  confirm: string; // the word on the button: "Delete"
  danger?: boolean;
  typed?: string; // must be typed first: for what cannot be undone
  cli?: ReactNode; // a CliHint
  error?: unknown;
  isPending?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

// Asks before something that is hard to undo.
export function ConfirmDialog(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      {props.opened ? <Question {...props} /> : null}
    </Modal>
  );
}

function Question(props: Props) {
  const [text, setText] = useState("");
  const ready = props.typed === undefined || text === props.typed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) props.onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text component="div" fz="sm" style={{ overflowWrap: "anywhere" }}>
          {props.children}
        </Text>
        {props.typed === undefined ? null : (
          <TextInput
            label={`Type ${props.typed} to go on`}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {props.cli}
        {props.error ? <ErrorNotice error={props.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={props.danger === false ? undefined : "red"}
            disabled={!ready}
            loading={props.isPending}
          >
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
