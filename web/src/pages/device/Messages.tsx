import { Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, path } from "../../api/client";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { Panel } from "../../parts/Panel";
import { TimeAgo } from "../../parts/TimeAgo";
import { usePermission } from "../../session/session";
import classes from "./device.module.css";
import type { Device } from "./types";

interface Queued {
  messageId: string;
  expiresAt: string;
}

// A message waits for the device, connected or not.
export function Messages({ device }: { device: Device }) {
  const may = usePermission("operator");
  const [body, setBody] = useState("");
  const send = useMutation({
    mutationFn: () =>
      api.post<Queued>(path`/hubs/${device.hub}/devices/${device.id}/messages`, { body }),
    onSuccess: () => setBody(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body !== "" && !send.isPending) send.mutate();
  };
  return (
    <Panel title="Send a message" lead="It waits for the device for an hour, connected or not">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea
            className={classes.editor}
            label="Body"
            autosize
            minRows={2}
            maxRows={10}
            spellCheck={false}
            maxLength={65_536}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <CliHint
            command={["device", "send", device.id, ...(body === "" ? [] : [body])]}
            flags={{ "hub-name": device.hub }}
          />
          {send.error ? <ErrorNotice error={send.error} /> : null}
          <Group gap="sm">
            <GuardedButton
              type="submit"
              permission={may}
              variant="default"
              disabled={may.allowed && body === ""}
              loading={send.isPending}
            >
              Send
            </GuardedButton>
            <Text fz="xs" c="dimmed" role="status">
              {send.data === undefined ? null : (
                <>
                  Queued as {send.data.messageId}; given up <TimeAgo at={send.data.expiresAt} />
                </>
              )}
            </Text>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
