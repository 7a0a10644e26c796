import { Button, Group, Modal, Select, Stack, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, path } from "../../api/client";
import type { Role } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { useScopes } from "../../scope/scope";
import { newPasswordProblem } from "../../session/newPassword";
import { NewPasswordFields } from "../../session/NewPasswordFields";
import { bodyOf, draftOf, ROLES, WHERE, type Draft, type OperatorRecord } from "./operator";

interface Props {
  opened: boolean;
  operator?: OperatorRecord; // none: a new one
  onClose: () => void;
}

export function OperatorDialog({ opened, operator, onClose }: Props) {
  const title = operator === undefined ? "New operator" : `Operator ${operator.name}`;
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      {opened ? <Form operator={operator} onClose={onClose} /> : null}
    </Modal>
  );
}

function useSave(operator: OperatorRecord | undefined, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: Draft) => {
      const body = bodyOf(draft, operator);
      if (operator === undefined) return api.post(WHERE, body);
      return api.patch(path`/operators/${operator.name}`, body, { version: operator.version });
    },
    onSuccess: async (_, draft) => {
      await client.invalidateQueries({ queryKey: [WHERE] });
      notifications.show({ message: `${draft.name} is saved.` });
      onDone();
    },
  });
}

function Form({ operator, onClose }: Omit<Props, "opened">) {
  const { scopes } = useScopes();
  const [draft, setDraft] = useState(() => draftOf(operator));
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const save = useSave(operator, onClose);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const isNew = operator === undefined;
  const wantsPassword = isNew || draft.password !== "" || again !== "";
  const passwordProblem = wantsPassword ? newPasswordProblem(draft.password, again) : "";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (draft.name !== "" && passwordProblem === "") save.mutate(draft);
  };

  return (
    <form onSubmit={submit} method="post" noValidate>
      <Stack gap="sm">
        {isNew ? (
          <TextInput
            label="Name to sign in with"
            required
            data-autofocus
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            value={draft.name}
            error={tried && draft.name === "" ? "A name" : undefined}
            onChange={(event) => change({ name: event.currentTarget.value.trim() })}
          />
        ) : null}
        <TextInput
          label="Shown name"
          maxLength={128}
          value={draft.displayName}
          onChange={(event) => change({ displayName: event.currentTarget.value })}
        />
        <Select
          label="Role"
          allowDeselect={false}
          data={ROLES}
          value={draft.role}
          onChange={(role) => role !== null && change({ role: role as Role })}
        />
        <Select
          label="Limited to"
          description="Sees and changes this scope alone"
          data={[
            { value: "", label: "Not limited" },
            ...scopes.map((scope) => ({ value: scope.id, label: scope.displayName || scope.id })),
          ]}
          allowDeselect={false}
          value={draft.scope}
          onChange={(scope) => change({ scope: scope ?? "" })}
        />
        {isNew ? null : (
          <Switch
            label="May sign in"
            checked={draft.enabled}
            onChange={(event) => change({ enabled: event.currentTarget.checked })}
          />
        )}
        <NewPasswordFields
          password={draft.password}
          again={again}
          onPassword={(password) => change({ password })}
          onAgain={setAgain}
          showProblem={tried && wantsPassword}
        />
        <CliHint
          command={["operator", isNew ? "create" : "update", draft.name || "NAME"]}
          flags={{ role: draft.role, scope: draft.scope || null }}
        />
        {save.error ? <ErrorNotice error={save.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {isNew ? "Make the operator" : "Save"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
