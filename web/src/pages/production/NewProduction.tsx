import { Button, Group, Modal, PasswordInput, Radio, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useCreateGroup } from "../../groups/queries";
import type { Production } from "../../groups/types";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { useScope } from "../../scope/scope";
import { productionPage } from "./links";
import { madeUpSecret } from "./secret";

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function NewProduction({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New production template" size="lg">
      {opened ? <Body onClose={onClose} /> : null}
    </Modal>
  );
}

type Source = "made" | "given" | "none";

const ID = /^(?:|mod-[0-9a-f]{24})$/;
const SECRET = /^[\x20-\x7e]{1,127}$/;

function Body({ onClose }: { onClose: () => void }) {
  const scope = useScope();
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [source, setSource] = useState<Source>("made");
  const [secret, setSecret] = useState("");
  const create = useCreateGroup<Production>(scope.id);
  const wrongId = ID.test(id.trim()) ? undefined : "mod- and 24 hex digits.";
  const wrongSecret =
    source !== "given" || SECRET.test(secret) ? undefined : "1 to 127 printable ASCII characters.";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrongId !== undefined || wrongSecret !== undefined) return;
    const derivationSecret =
      source === "made" ? madeUpSecret() : source === "given" ? secret : undefined;
    create.mutate(
      {
        ...(id.trim() === "" ? {} : { id: id.trim() }),
        ...(name.trim() === "" ? {} : { displayName: name.trim() }),
        attestation: {
          type: "member_passwords",
          ...(derivationSecret === undefined ? {} : { derivationSecret }),
        },
      },
      { onSuccess: (made) => void navigate(productionPage(made.id)) },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Display name"
          maxLength={128}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Template id"
          description="mod- and 24 hex digits, unique in the whole server. Made up when left out."
          spellCheck={false}
          maxLength={28}
          value={id}
          error={wrongId}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Radio.Group
          label="Passwords of serials"
          value={source}
          onChange={(value) => setSource(value as Source)}
        >
          <Stack gap={6} mt={6}>
            <Radio
              value="made"
              label="Derived from a secret that is made up"
              description="Operators can see it later, under View secret."
            />
            <Radio
              value="given"
              label="Derived from a secret that there is"
              description="The one that the devices’ passwords were derived from."
            />
            <Radio
              value="none"
              label="Each serial has its own"
              description="Given with the serials, one by one or in a CSV file."
            />
          </Stack>
        </Radio.Group>
        {source === "given" ? (
          <PasswordInput
            label="Derivation secret"
            autoComplete="off"
            data-1p-ignore
            data-lpignore="true"
            maxLength={127}
            value={secret}
            error={secret === "" ? undefined : wrongSecret}
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
        ) : null}
        {create.error ? <ErrorNotice error={create.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={wrongSecret !== undefined}>
            Create template
          </Button>
        </Group>
        <CliHint
          command={["thing template", "create"]}
          flags={{
            scope: scope.id,
            id: id.trim() || null,
            "display-name": name.trim() || null,
            "make-derivation-secret": source === "made",
            "derivation-secret-file": source === "given" ? "secret.txt" : null,
          }}
        />
      </Stack>
    </form>
  );
}
