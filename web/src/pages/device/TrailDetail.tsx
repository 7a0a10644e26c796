import { Badge, Group, Stack, Text } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import { CliHint } from "../../parts/CliHint";
import { CopyButton } from "../../parts/CopyField";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { PageLoading } from "../../parts/PageLoading";
import { Panel } from "../../parts/Panel";
import { StatusBadge } from "../../parts/StatusBadge";
import { exactTime } from "../../parts/times";
import { reasonWords } from "../devices/fleet";
import classes from "./device.module.css";
import { Facts } from "./Facts";
import { CommandLine } from "./CommandLine";
import type { Finding, Trail, TrailStep } from "./types";
import { duration, mendParts, operationWords, outcomeWord, stepWords } from "./words";

// The causes of a refusal are looked for after the device has its answer.
const EXPLAINED_AFTER_MS = 15_000;
const ASK_AGAIN_MS = 1_500;

const awaited = (trail: Trail): boolean =>
  trail.outcome !== "assigned" &&
  trail.findings.length === 0 &&
  Date.now() - Date.parse(trail.startedAt) < EXPLAINED_AFTER_MS;

function Step({ step }: { step: TrailStep }) {
  return (
    <li className={classes.step}>
      <span className={classes.verdict} data-passed={String(step.passed)}>
        {step.passed ? (
          <IconCheck size={14} stroke={2.4} aria-label="passed" />
        ) : (
          <IconX size={14} stroke={2.4} aria-label="failed" />
        )}
      </span>
      <div style={{ minWidth: 0 }}>
        <Text fz="sm" fw={550}>
          {stepWords(step.step)}{" "}
          <Text span fz="xs" c="dimmed" ff="monospace">
            {step.step}
          </Text>
        </Text>
        {step.detail === "" ? null : (
          <Text fz="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {step.detail}
          </Text>
        )}
        {step.expected === null && step.received === null ? null : (
          <dl className={classes.compared}>
            <dt>expected</dt>
            <dd>{step.expected ?? "—"}</dd>
            <dt>received</dt>
            <dd>{step.received ?? "—"}</dd>
          </dl>
        )}
      </div>
      <Text fz="xs" c="dimmed">
        {duration(step.tookNanoseconds)}
      </Text>
    </li>
  );
}

const ALL_STEPS = ["identify", "attest", "authorize", "allocate", "issue", "record"];

function Steps({ trail }: { trail: Trail }) {
  const done = new Set(trail.steps.map((step) => step.step));
  const left = trail.operation === "register" ? ALL_STEPS.filter((step) => !done.has(step)) : [];
  return (
    <ol className={classes.steps}>
      {trail.steps.map((step, at) => (
        <Step key={`${step.step} ${at}`} step={step} />
      ))}
      {trail.outcome === "assigned"
        ? null
        : left.map((step) => (
            <li key={step} className={classes.step}>
              <span className={classes.verdict} data-passed="none">
                <IconMinus size={14} aria-label="not reached" />
              </span>
              <Text fz="sm" c="dimmed">
                {stepWords(step)}
              </Text>
            </li>
          ))}
    </ol>
  );
}

function Cause({ finding }: { finding: Finding }) {
  const mend = mendParts(finding.mend);
  return (
    <li className={classes.finding} data-proven={finding.proven}>
      <Group gap="xs" mb={4}>
        <Badge
          size="sm"
          radius="sm"
          tt="none"
          variant="light"
          color={finding.proven ? "red" : "gray"}
        >
          {finding.proven ? "Proven" : "Possible"}
        </Badge>
        <Text fz="xs" c="dimmed">
          {reasonWords(finding.cause)}
        </Text>
      </Group>
      <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
        {finding.text}
      </Text>
      {mend.text === "" ? null : (
        <Text fz="sm" mt={4} style={{ overflowWrap: "anywhere" }}>
          <b>To mend it:</b> {mend.text}
        </Text>
      )}
      {mend.command === "" ? null : (
        <CommandLine label={mend.text === "" ? "To mend it" : undefined} text={mend.command} />
      )}
    </li>
  );
}

function Findings({ trail }: { trail: Trail }) {
  if (trail.outcome === "assigned") return null;
  return (
    <Panel title="Why" lead="Found by trying what usually goes wrong">
      {trail.findings.length === 0 ? (
        <Text fz="sm" c="dimmed" role="status">
          {awaited(trail) ? "Looking for the cause…" : "No cause was found that fits."}
        </Text>
      ) : (
        <ul className={classes.findings}>
          {trail.findings.map((finding, at) => (
            <Cause key={`${finding.cause} ${at}`} finding={finding} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface Props {
  scope: string;
  id: string;
}

export function TrailDetail({ scope, id }: Props) {
  const found = useQuery({
    queryKey: ["/trail", id],
    queryFn: ({ signal }) => api.get<Trail>(path`/trails/${id}`, {}, signal),
    refetchInterval: (query) =>
      query.state.data !== undefined && awaited(query.state.data) ? ASK_AGAIN_MS : false,
  });
  if (found.error) return <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />;
  const trail = found.data;
  if (trail === undefined) return <PageLoading />;
  const refused = trail.outcome !== "assigned";
  return (
    <Stack gap="md" style={{ minWidth: 0 }}>
      <Findings trail={trail} />
      <Panel
        title={`${operationWords(trail.operation)}, step by step`}
        lead={`${exactTime(trail.startedAt)}, took ${duration(trail.tookNanoseconds)}`}
        actions={<StatusBadge status={outcomeWord(trail.operation, trail.outcome)} />}
      >
        <Steps trail={trail} />
        <Facts
          facts={[
            trail.reason === null ? null : ["Reason", reasonWords(trail.reason)],
            trail.count > 1 ? ["How often", `${trail.count} times in a row`] : null,
            trail.enrollment === null ? null : ["Enrollment", trail.enrollment],
            trail.hub === null ? null : ["Hub", trail.hub],
            trail.deviceId === null ? null : ["Device id", trail.deviceId],
            ["Spoke", [trail.dialect, trail.transport].filter((text) => text !== "").join(", ")],
            ["From", <code key="from" className={classes.mono}>{trail.source}</code>],
            trail.host === "" ? null : ["Asked for", trail.host],
            trail.client === "" ? null : ["Software", trail.client],
            [
              "Trail id",
              <span key="id" className={classes.fingerprint}>
                <code className={classes.mono}>{trail.id}</code>
                <CopyButton value={trail.id} what="trail id" />
              </span>,
            ],
          ]}
        />
        <div style={{ marginTop: 12 }}>
          <CliHint command={["trail", refused ? "explain" : "show", trail.id]} flags={{ scope }} />
        </div>
      </Panel>
    </Stack>
  );
}
