import {
  Button,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { api, path, type Page } from "../../api/client";
import { devicePage } from "../../app/links";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { idProblem, type Kind } from "./ids";

interface Props {
  opened: boolean;
  scope: string;
  onClose: () => void;
}

const KINDS: { value: Kind; label: string }[] = [
  { value: "enrollment", label: "It registers itself" },
  { value: "identity", label: "By hand, at a hub" },
];

export function CreateDevice({ opened, scope, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create a device" size="lg">
      {opened ? <Form scope={scope} onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({ scope, onClose }: Omit<Props, "opened">) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [kind, setKind] = useState<Kind>("enrollment");
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [deviceId, setDeviceId] = useState("");
  const [hubChosen, setHub] = useState<string | null>(null);
  const hubs = useQuery({
    queryKey: ["/scopes", scope, "hubs"],
    queryFn: ({ signal }) =>
      api.get<Page<{ hub: string }>>(path`/scopes/${scope}/hubs`, undefined, signal),
  });
  const hub = hubChosen ?? hubs.data?.items[0]?.hub ?? "";
  const wrong = idProblem(kind, id);

  const create = useMutation({
    mutationFn: () => {
      const named = name.trim() === "" ? {} : { displayName: name.trim() };
      if (kind === "identity") {
        return api.post(path`/hubs/${hub}/devices`, { id, scope, ...named });
      }
      const other = deviceId === "" ? {} : { deviceId };
      const attestation = { type: "symmetric_key" };
      return api.post(path`/scopes/${scope}/enrollments`, { id, attestation, ...named, ...other });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["/fleet"] });
      onClose();
      const query = kind === "identity" ? `?hub=${encodeURIComponent(hub)}` : "";
      void navigate(devicePage(scope, id, "connect") + query);
    },
  });
  const ready = id !== "" && wrong === null && (kind === "enrollment" || hub !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) create.mutate();
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl
          aria-label="How it is made"
          data={KINDS}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
        />
        <Text fz="sm" c="dimmed">
          {kind === "enrollment"
            ? "It gets an enrollment of its own with two keys. With one of them it registers and " +
              "is told its hub. This is what most devices want."
            : "It gets an identity with two keys at one hub and connects there at once, without " +
              "registering. For devices that cannot, or that come from elsewhere."}
        </Text>
        <TextInput
          label={kind === "enrollment" ? "Registration id" : "Device id"}
          required
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          placeholder="pump-12"
          value={id}
          error={wrong}
          onChange={(event) => setId(event.currentTarget.value.trim())}
        />
        <TextInput
          label="Display name"
          description="For people; the id when left empty"
          autoComplete="off"
          maxLength={256}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {kind === "enrollment" ? (
          <TextInput
            label="Device id at the hub"
            description="The registration id when left empty"
            autoComplete="off"
            spellCheck={false}
            value={deviceId}
            error={idProblem("identity", deviceId)}
            onChange={(event) => setDeviceId(event.currentTarget.value.trim())}
          />
        ) : (
          <Select
            label="Hub"
            required
            allowDeselect={false}
            data={(hubs.data?.items ?? []).map((each) => each.hub)}
            value={hub === "" ? null : hub}
            onChange={setHub}
            error={hubs.data?.items.length === 0 ? "No hub is linked to this scope." : null}
          />
        )}
        {kind === "enrollment" ? (
          <CliHint
            command={["enrollment", "create", ...(id === "" ? [] : [id])]}
            flags={{ scope, "display-name": name.trim() || null, "device-id": deviceId || null }}
          />
        ) : (
          <CliHint
            command={["device", "create", ...(id === "" ? [] : [id])]}
            flags={{ "hub-name": hub || null, scope, "display-name": name.trim() || null }}
          />
        )}
        {create.error ? <ErrorNotice error={create.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!ready} loading={create.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
