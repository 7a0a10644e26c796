import { Alert, Anchor, Button, Group, List, Progress, Stack, Text, Title } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconDownload,
  IconPlus,
  IconPrinter,
  IconTrash,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { api, path } from "../../api/client";
import { devicePage } from "../../app/links";
import { CopyButton, CopyField } from "../../parts/CopyField";
import { GuardedButton } from "../../parts/GuardedButton";
import { StatusBadge } from "../../parts/StatusBadge";
import { usePermission } from "../../session/session";
import { MODE_NAMES, pictureOf, type CodeInfo, type NewCode } from "./credential";
import classes from "./credentials.module.css";
import { PrintSheet } from "./PrintSheet";
import { RevokeDialog } from "./RevokeDialog";
import { clockText, useRemaining } from "./useRemaining";

const WATCH_MS = 3_000;

interface Props {
  code: NewCode;
  onAgain: () => void;
}

// Whether somebody has redeemed it, as the server says.
function useCodeState(code: NewCode, remaining: number): string {
  const where = path`/credentials/${code.id}`;
  const seen = useQuery({
    queryKey: ["/credentials", code.scope, "one", code.id],
    queryFn: ({ signal }) => api.get<CodeInfo>(where, undefined, signal),
    refetchInterval: (query) =>
      remaining > 0 && (query.state.data?.state ?? "active") === "active" ? WATCH_MS : false,
    initialData: code as CodeInfo,
    gcTime: 0,
  });
  const state = seen.data.state;
  return state === "active" && remaining === 0 ? "expired" : state;
}

export function CodeResult({ code, onAgain }: Props) {
  const remaining = useRemaining(code);
  const state = useCodeState(code, remaining);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack gap="md" className={classes.result} data-state={state}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Title order={2} fz={15} fw={620} ref={heading} tabIndex={-1} className={classes.anywhere}>
          {MODE_NAMES[code.mode]} for {code.deviceId}
        </Title>
        <StatusBadge status={state} />
      </Group>
      {state === "active" ? (
        <Live code={code} remaining={remaining} />
      ) : (
        <Ended code={code} state={state} />
      )}
      <Group gap="xs">
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={onAgain}>
          Make another
        </Button>
      </Group>
    </Stack>
  );
}

function Ended({ code, state }: { code: NewCode; state: string }) {
  if (state === "used") {
    return (
      <Alert
        color="teal"
        variant="light"
        icon={<IconCircleCheck size={18} />}
        title="Redeemed"
        aria-live="polite"
      >
        <Text fz="sm">
          The code is used up.{" "}
          <Anchor
            component={Link}
            to={devicePage(code.scope, code.deviceId)}
            inherit
            underline="always"
          >
            Look at the device
          </Anchor>
        </Text>
      </Alert>
    );
  }
  return (
    <Alert color="gray" variant="light" aria-live="polite">
      {state === "revoked"
        ? "The code is revoked: nobody can redeem it any more."
        : "Its time is over: nobody can redeem it any more."}
    </Alert>
  );
}

function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      p="sm"
      icon={<IconAlertTriangle size={18} />}
      title="Know this"
    >
      <List fz="sm" spacing={4}>
        {warnings.map((warning, at) => (
          <List.Item key={at} className={classes.anywhere}>
            {warning}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Live({ code, remaining }: { code: NewCode; remaining: number }) {
  const typed = code.pickup ?? code.numeric;
  const lasts = Math.max(1, (Date.parse(code.expiresAt) - Date.parse(code.createdAt)) / 1000);
  return (
    <>
      <div className={classes.picture}>
        <img
          src={pictureOf(code.qr.svg)}
          alt={`QR picture of the ${code.mode} code for ${code.deviceId}`}
          width={264}
          height={264}
        />
      </div>
      {typed === null ? null : <Letters text={typed} isNumber={code.pickup === null} />}
      <div>
        <Group justify="space-between" mb={5} gap="xs">
          <Text fz="sm">
            Good once, for{" "}
            <b className={classes.clock} role="timer" aria-label="Time left">
              {clockText(remaining)}
            </b>
          </Text>
          <Text fz="xs" c="dimmed">
            Shown only now: keep this page open
          </Text>
        </Group>
        <Progress
          value={Math.min(100, (remaining / lasts) * 100)}
          size={5}
          color={remaining < 60 ? "red" : "sea"}
          aria-label="Time left"
        />
      </div>
      <Warnings warnings={code.warnings} />
      <CopyField label="What the picture holds" value={code.code} secret />
      <Tools code={code} />
      <PrintSheet code={code} />
    </>
  );
}

function Letters({ text, isNumber }: { text: string; isNumber: boolean }) {
  const name = isNumber ? "Number" : "Pick-up letters";
  return (
    <div className={classes.letters} role="group" aria-label={name}>
      <Text fz="xs" c="dimmed" mb={2}>
        {isNumber ? "Or type this number" : "Or type these letters"}
      </Text>
      <Group gap={6} wrap="nowrap" justify="center">
        <code className={classes.lettersText}>{text}</code>
        <CopyButton value={text} what={isNumber ? "number" : "pick-up letters"} />
      </Group>
    </div>
  );
}

function Tools({ code }: { code: NewCode }) {
  const mayRevoke = usePermission("operator");
  const [revoking, setRevoking] = useState(false);
  return (
    <Group gap="xs">
      <Button
        variant="light"
        leftSection={<IconPrinter size={16} />}
        onClick={() => window.print()}
      >
        Print
      </Button>
      <Button
        component="a"
        variant="default"
        leftSection={<IconDownload size={16} />}
        href={code.qr.png}
        download={`${code.deviceId}-${code.mode}.png`}
      >
        PNG
      </Button>
      <GuardedButton
        permission={mayRevoke}
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() => setRevoking(true)}
      >
        Revoke
      </GuardedButton>
      <RevokeDialog code={revoking ? code : undefined} onClose={() => setRevoking(false)} />
    </Group>
  );
}
