import { Button, Group, Modal, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useCreateGroup } from "../../groups/queries";
import type { Admits, Product } from "../../groups/types";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { useScope } from "../../scope/scope";
import { productPage } from "./links";
import { ADMITS, admitsFlags } from "./words";

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function NewProduct({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New product" size="lg">
      {opened ? <Body onClose={onClose} /> : null}
    </Modal>
  );
}

const ID = /^(?:|[A-Za-z0-9]{4,32})$/;

function Body({ onClose }: { onClose: () => void }) {
  const scope = useScope();
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [issues, setIssues] = useState("secret");
  const [admits, setAdmits] = useState<Admits>("listed");
  const create = useCreateGroup<Product>(scope.id);
  const wrong = ID.test(id.trim()) ? undefined : "4 to 32 letters and digits.";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong !== undefined) return;
    create.mutate(
      {
        ...(id.trim() === "" ? {} : { id: id.trim() }),
        ...(name.trim() === "" ? {} : { displayName: name.trim() }),
        attestation: { type: "product_secret", issues, admits },
      },
      { onSuccess: (made) => void navigate(productPage(made.id)) },
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
          label="Product id"
          description="What devices name; unique in the whole server. Made up when left out."
          spellCheck={false}
          maxLength={32}
          value={id}
          error={wrong}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Select
          label="What registration gives a device"
          allowDeselect={false}
          data={[
            { value: "secret", label: "A secret of its own" },
            { value: "certificate", label: "A certificate of its own" },
          ]}
          value={issues}
          onChange={(value) => setIssues(value ?? "secret")}
        />
        <Radio.Group
          label="Dynamic registration admits"
          value={admits}
          onChange={(value) => setAdmits(value as Admits)}
        >
          <Stack gap={6} mt={6}>
            {(Object.keys(ADMITS) as Admits[]).map((each) => (
              <Radio
                key={each}
                value={each}
                label={ADMITS[each].label}
                description={ADMITS[each].text}
              />
            ))}
          </Stack>
        </Radio.Group>
        {create.error ? <ErrorNotice error={create.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create product
          </Button>
        </Group>
        <CliHint
          command={["product", "create", ...(id.trim() === "" ? [] : [id.trim()])]}
          flags={{
            scope: scope.id,
            "auth-mode": issues === "secret" ? "key" : "cert",
            ...admitsFlags(admits),
            "display-name": name.trim() || null,
          }}
        />
      </Stack>
    </form>
  );
}
