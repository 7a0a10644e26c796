import { Alert, Button, Group, Stack, Tabs, Text } from "@mantine/core";
import { IconEyeOff, IconKey, IconQrcode } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, path } from "../../api/client";
import type { Hub, Overview } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { CopyButton, CopyField } from "../../parts/CopyField";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { Panel } from "../../parts/Panel";
import { useScopes } from "../../scope/scope";
import { usePermission } from "../../session/session";
import classes from "./device.module.css";
import { keySourceOf } from "./keySource";
import { snippetsFor, type KeySource, type Place } from "./snippets";
import type { Keys } from "./types";
import type { DeviceFacts } from "./useDevice";

const NO_KEYS = {
  group:
    "It is one of a group: its key is derived from the group's key and its registration id. The " +
    "command below does that; the group's key never belongs into a device.",
  certificate: "It proves itself with a certificate. Its private key is with the device alone.",
  tpm: "Its key is in its TPM and nowhere else.",
  password: "It has a password, which is shown once, when the device registers.",
  unknown: "There is no key here that it could be given.",
} as const;

const keysPath = (source: Exclude<KeySource, { from: "none" }>): string =>
  source.from === "device"
    ? path`/hubs/${source.hub}/devices/${source.id}/keys`
    : path`/scopes/${source.scope}/enrollments/${source.id}/keys`;

interface KeysProps {
  facts: DeviceFacts;
  source: KeySource;
  keys: Keys | null;
  onKeys: (keys: Keys | null) => void;
}

function KeysPart({ facts, source, keys, onKeys }: KeysProps) {
  const may = usePermission("operator");
  const reveal = useMutation({
    mutationFn: (where: string) => api.get<Keys>(where),
    onSuccess: onKeys,
    gcTime: 0, // keys are not left lying in memory
  });
  if (source.from === "none") {
    const group = facts.enrollment?.kind === "group" ? facts.enrollment.id : null;
    return (
      <Stack gap="xs">
        <Text fz="sm" c="dimmed">
          {NO_KEYS[source.why]}
        </Text>
        {source.why === "group" && group !== null ? (
          <CliHint
            label="Derive its key"
            command={["key", "derive"]}
            flags={{ scope: facts.scope, "from-group": group, "registration-id": facts.id }}
          />
        ) : null}
      </Stack>
    );
  }
  const cli =
    source.from === "device" ? (
      <CliHint
        command={["device", "show", source.id]}
        flags={{ "hub-name": source.hub, "show-keys": true }}
      />
    ) : (
      <CliHint
        command={["enrollment", "show", source.id]}
        flags={{ scope: source.scope, "show-keys": true }}
      />
    );
  if (keys === null) {
    return (
      <Stack gap="sm" align="stretch">
        <Group gap="sm">
          <GuardedButton
            permission={may}
            size="xs"
            variant="default"
            leftSection={<IconKey size={15} />}
            loading={reveal.isPending}
            onClick={() => reveal.mutate(keysPath(source))}
          >
            Show the keys
          </GuardedButton>
          <Text fz="xs" c="dimmed">
            The audit remembers who looked.
          </Text>
        </Group>
        {reveal.error ? <ErrorNotice error={reveal.error} /> : null}
        {cli}
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      <CopyField
        label="Primary key"
        value={keys.primaryKey}
        help="What the portal calls Device Key. Either key will do; two of them let you change one."
      />
      <CopyField label="Secondary key" value={keys.secondaryKey} />
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconEyeOff size={15} />}
          onClick={() => {
            reveal.reset();
            onKeys(null);
          }}
        >
          Hide the keys
        </Button>
      </Group>
      {cli}
    </Stack>
  );
}

function Snippets({ place, registers }: { place: Place; registers: boolean }) {
  const list = snippetsFor(place, registers);
  const first = list[0];
  if (first === undefined) return null;
  return (
    <Tabs defaultValue={first.id} keepMounted={false}>
      <Tabs.List className={classes.tabs} aria-label="Languages">
        {list.map((snippet) => (
          <Tabs.Tab key={snippet.id} value={snippet.id}>
            {snippet.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {list.map((snippet) => (
        <Tabs.Panel key={snippet.id} value={snippet.id}>
          <Text fz="xs" c="dimmed" mb={6}>
            {snippet.lead}
          </Text>
          <div className={classes.snippet}>
            <div className={classes.snippetCopy}>
              <CopyButton value={snippet.text} what={`${snippet.label} example`} />
            </div>
            <pre className={classes.code} tabIndex={0} aria-label={`${snippet.label} example`}>
              {snippet.text}
            </pre>
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function useHosts(facts: DeviceFacts): { provisioning: string; hub: string | null } {
  const { scopes } = useScopes();
  const scope = scopes.find((each) => each.id === facts.scope);
  const overview = useQuery({
    queryKey: ["/overview", facts.scope, "1"],
    queryFn: ({ signal }) =>
      api.get<Overview>("/overview", { scope: facts.scope, hours: 1 }, signal),
    staleTime: 60_000,
  });
  const name = facts.device?.hub ?? null;
  const hub = useQuery({
    queryKey: ["/hubs", name],
    queryFn: ({ signal }) => api.get<Hub>(path`/hubs/${name ?? ""}`, {}, signal),
    enabled: name !== null && facts.registration?.hubHost == null,
    staleTime: 60_000,
  });
  return {
    provisioning:
      scope?.serviceHost ?? overview.data?.serviceHost ?? window.location.hostname,
    hub: facts.registration?.hubHost ?? hub.data?.host ?? null,
  };
}

export function Connect({ facts }: { facts: DeviceFacts }) {
  const [keys, setKeys] = useState<Keys | null>(null);
  const hosts = useHosts(facts);
  const source = keySourceOf(facts);
  const { registration, device, enrollment } = facts;
  const registers = facts.kind !== "identity";
  const deviceId = registration?.deviceId ?? device?.id ?? enrollment?.deviceId ?? facts.id;
  const place: Place = {
    scope: facts.scope,
    host: hosts.provisioning,
    registrationId: facts.id,
    hubHost: hosts.hub,
    deviceId,
    key: keys?.primaryKey ?? null,
  };
  const portal = new URLSearchParams({ scope: facts.scope, device: facts.id });
  return (
    <div className={classes.grid}>
      <Panel title="Connection details" lead="What is put into the device, or typed into a tool">
        <Stack gap="sm">
          <CopyField
            label="Scope id"
            value={facts.scope}
            help="Which tenant it belongs to; the same for all devices of the scope."
          />
          <CopyField label="Device id" value={deviceId} />
          {registers ? (
            <CopyField
              label="Registration id"
              value={facts.id}
              help={
                facts.id === deviceId
                  ? "What it registers as: the same as its device id."
                  : "What it registers as. At the hub it has its device id."
              }
            />
          ) : null}
          {registers ? (
            <CopyField
              label="Provisioning host"
              value={hosts.provisioning}
              help="Where it registers; devices call it the global endpoint, too."
            />
          ) : null}
          <CopyField
            label="Hub host"
            value={hosts.hub}
            empty="It is told when it registers"
            help={registers ? "Do not build it in: the device is told it." : undefined}
          />
        </Stack>
      </Panel>
      <Stack gap="md">
        <Panel title="Keys" lead="Whoever has one of them is this device">
          <KeysPart facts={facts} source={source} keys={keys} onKeys={setKeys} />
        </Panel>
        {registers ? (
          <Panel title="Without typing" lead="A code that a phone or a device reads, good once">
            <Button
              component={Link}
              to={`/credentials?${portal.toString()}`}
              size="xs"
              leftSection={<IconQrcode size={16} />}
            >
              Make a credential code
            </Button>
          </Panel>
        ) : null}
        {source.from === "device" ? (
          <Panel title="Connection string" lead="For software that does not register">
            <CliHint
              label="Print it"
              command={["device", "connection-string", source.id]}
              flags={{ "hub-name": source.hub }}
            />
          </Panel>
        ) : null}
      </Stack>
      {source.from === "none" && source.why !== "group" ? (
        <Alert variant="light" color="sea" className={classes.wide}>
          The tutorials have programs for devices with certificates, a TPM or a password.
        </Alert>
      ) : (
        <div className={classes.wide}>
          <Panel title="In a program" lead="With this device's own values">
            <Snippets place={place} registers={registers} />
          </Panel>
        </div>
      )}
    </div>
  );
}
