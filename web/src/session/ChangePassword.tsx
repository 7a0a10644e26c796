import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { ErrorNotice } from "../parts/ErrorNotice";
import { newPasswordProblem } from "./newPassword";
import { NewPasswordFields } from "./NewPasswordFields";

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function ChangePassword({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Change password">
      {opened ? <Form onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => api.post("/session/password", { currentPassword: current, password }),
    onSuccess: () => {
      notifications.show({ message: "The password is changed. Your other sessions have ended." });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (newPasswordProblem(password, again) === "") change.mutate();
  };
  return (
    <form onSubmit={submit} method="post" noValidate>
      <Stack gap="sm">
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          required
          data-autofocus
          maxLength={256}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPasswordFields
          password={password}
          again={again}
          onPassword={setPassword}
          onAgain={setAgain}
          showProblem={tried}
        />
        <Text c="dimmed" fz="xs">
          Wherever else you are signed in, that session ends.
        </Text>
        {change.error ? <ErrorNotice error={change.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
