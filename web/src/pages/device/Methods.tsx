import { Alert, Autocomplete, Group, NumberInput, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, path } from "../../api/client";
import type { Template } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { EmptyState } from "../../parts/EmptyState";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { JsonView } from "../../parts/JsonView";
import { Panel } from "../../parts/Panel";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { usePermission } from "../../session/session";
import { commandsOf } from "./commands";
import classes from "./device.module.css";
import { Messages } from "./Messages";
import { nameProblem, payloadOf } from "./payload";
import type { Device } from "./types";

const TIMEOUT_S = { min: 5, max: 300, usual: 30 };
const CALLS_MAX = 20;

interface Answer {
  status: number;
  payload: unknown;
}

interface Call {
  number: number;
  at: string;
  method: string;
  tookMs: number;
  answer?: Answer;
  error?: unknown;
}

function useCommands(device: Device, template: string | null): string[] {
  const found = useQuery({
    queryKey: ["/template", device.scope, template],
    queryFn: ({ signal }) =>
      api.get<Template>(path`/scopes/${device.scope}/templates/${template ?? ""}`, {}, signal),
    enabled: template !== null && template !== "",
    staleTime: 60_000,
  });
  return commandsOf(found.data?.model);
}

function Answered({ call }: { call: Call }) {
  const { answer } = call;
  const good = answer !== undefined && answer.status >= 200 && answer.status < 300;
  return (
    <li className={classes.call}>
      <Group justify="space-between" gap="xs" mb={6}>
        <Group gap="xs">
          <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {call.method}
          </Text>
          {answer === undefined ? (
            <StatusBadge status="failed" />
          ) : (
            <StatusBadge status={`${good ? "Status" : "It says"} ${answer.status}`} />
          )}
        </Group>
        <Text fz="xs" c="dimmed">
          {call.tookMs.toFixed(0)} ms, <TimeAgo at={call.at} />
        </Text>
      </Group>
      {answer === undefined ? (
        <ErrorNotice error={call.error} />
      ) : answer.payload === null || answer.payload === undefined ? (
        <Text fz="xs" c="dimmed">
          It answered without a payload.
        </Text>
      ) : (
        <JsonView value={answer.payload} label={`answer of ${call.method}`} maxHeight={220} />
      )}
    </li>
  );
}

interface Props {
  device: Device;
  template: string | null;
}

export function Methods({ device, template }: Props) {
  const may = usePermission("operator");
  const [method, setMethod] = useState("");
  const [payload, setPayload] = useState("");
  const [timeout, setTimeout] = useState<number>(TIMEOUT_S.usual);
  const [calls, setCalls] = useState<Call[]>([]);
  const commands = useCommands(device, template);
  const parsed = payloadOf(payload);
  const wrong = nameProblem(method);
  const ready = method !== "" && wrong === null && parsed.problem === undefined;

  const where = path`/hubs/${device.hub}/devices/${device.id}/methods`;
  const call = useMutation({
    mutationFn: async () => {
      const begun = performance.now();
      const noted = { at: new Date().toISOString(), method };
      const took = () => performance.now() - begun;
      try {
        const answer = await api.post<Answer>(where, {
          method,
          responseTimeout: timeout,
          ...(parsed.given ? { payload: parsed.value } : {}),
        });
        return { ...noted, tookMs: took(), answer };
      } catch (error) {
        return { ...noted, tookMs: took(), error };
      }
    },
    onSuccess: (done) =>
      setCalls((before) =>
        [{ ...done, number: (before[0]?.number ?? 0) + 1 }, ...before].slice(0, CALLS_MAX),
      ),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !call.isPending) call.mutate();
  };

  return (
    <div className={classes.grid}>
      <Stack gap="md">
        <Panel title="Call a method" lead="The device must be connected; it answers at once">
          <form onSubmit={submit}>
            <Stack gap="sm">
              {device.connection?.connected ? null : (
                <Alert color="yellow" variant="light" p="xs">
                  It is not connected now, so a call is refused.
                </Alert>
              )}
              <Autocomplete
                label="Method"
                required
                placeholder="reboot"
                autoComplete="off"
                spellCheck={false}
                data={commands}
                description={
                  commands.length > 0 ? "Its template names commands to choose from" : undefined
                }
                value={method}
                error={wrong}
                onChange={setMethod}
              />
              <Textarea
                className={classes.editor}
                label="Payload"
                description="Any JSON; none when left empty"
                placeholder='{"delay": 5}'
                autosize
                minRows={3}
                maxRows={16}
                spellCheck={false}
                value={payload}
                error={parsed.problem}
                onChange={(event) => setPayload(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
                }}
              />
              <NumberInput
                label="Wait for its answer"
                suffix=" s"
                maw={160}
                clampBehavior="blur"
                min={TIMEOUT_S.min}
                max={TIMEOUT_S.max}
                value={timeout}
                onChange={(value) => setTimeout(Number(value) || TIMEOUT_S.usual)}
              />
              <CliHint
                command={["device", "call-method", device.id, ...(method === "" ? [] : [method])]}
                flags={{
                  "hub-name": device.hub,
                  payload: parsed.given ? JSON.stringify(parsed.value) : null,
                  timeout: timeout === TIMEOUT_S.usual ? null : timeout,
                }}
              />
              <Group>
                <GuardedButton
                  type="submit"
                  permission={may}
                  disabled={may.allowed && !ready}
                  loading={call.isPending}
                >
                  Call
                </GuardedButton>
              </Group>
            </Stack>
          </form>
        </Panel>
        <Messages device={device} />
      </Stack>
      <Panel title="Answers" lead="Of this visit, the latest first">
        {calls.length === 0 ? (
          <EmptyState title="No calls yet" text="The status is the device's own: 200 is usual." />
        ) : (
          <ul className={classes.calls} aria-live="polite">
            {calls.map((each) => (
              <Answered key={each.number} call={each} />
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
