import { Alert, Anchor, Group, Tabs, Text } from "@mantine/core";
import {
  IconBroadcast,
  IconFingerprint,
  IconInfoCircle,
  IconPlugConnected,
  IconRoute,
  IconTerminal,
  IconVersions,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useLive, type LiveState } from "../../api/live";
import type { AttemptEvent } from "../../api/types";
import { devicePage, devicesPage } from "../../app/links";
import { EmptyState } from "../../parts/EmptyState";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { ConnectionDot, StatusBadge } from "../../parts/StatusBadge";
import { SESSION_KEY } from "../../session/session";
import { Decision } from "../devices/Decision";
import { idKey, reasonWords } from "../devices/fleet";
import { Connect } from "./Connect";
import classes from "./device.module.css";
import { Identity } from "./Identity";
import { Methods } from "./Methods";
import { makeLog, type TelemetryLog } from "./telemetry";
import { Telemetry } from "./Telemetry";
import { TrailTab } from "./TrailTab";
import { TwinTab } from "./TwinTab";
import { useDevice, type DeviceFacts } from "./useDevice";

const TABS = [
  { id: "identity", label: "Identity", Icon: IconFingerprint },
  { id: "connect", label: "Connect", Icon: IconPlugConnected },
  { id: "twin", label: "Twin", Icon: IconVersions },
  { id: "telemetry", label: "Telemetry", Icon: IconBroadcast },
  { id: "methods", label: "Methods", Icon: IconTerminal },
  { id: "trail", label: "Trail", Icon: IconRoute },
] as const;
type Tab = (typeof TABS)[number]["id"];

const LEADS: Record<DeviceFacts["kind"], string> = {
  registered: "",
  enrolled: "It may register and has not done so yet.",
  identity: "Made by hand at its hub.",
  unknown: "No device of this scope has this id.",
};

function statusOf({ kind, row, registration }: DeviceFacts): string | null {
  if (registration?.approval === "waiting" || registration?.approval === "blocked") {
    return registration.approval;
  }
  if (registration !== null) return registration.status;
  if (row !== null && row.status !== "identity") return row.status;
  return kind === "enrolled" ? "registered" : kind === "identity" ? "Made by hand" : null;
}

interface HeaderProps {
  facts: DeviceFacts;
  onChange: () => void;
}

function Header({ facts, onChange }: HeaderProps) {
  const { kind, row, registration, enrollment, device, scope, id } = facts;
  const own = enrollment?.kind === "individual" ? enrollment.displayName : "";
  const name = device?.displayName || row?.displayName || own || id;
  const status = statusOf(facts);
  const off = device?.enabled === false || (own !== "" && enrollment?.enabled === false);
  return (
    <>
      <Anchor component={Link} to={devicesPage({ scope })} className={classes.crumb} c="dimmed">
        Devices
      </Anchor>
      <PageHeader
        title={name}
        lead={
          <span className={classes.title}>
            {name === id ? null : <code className={classes.mono}>{id}</code>}
            {status === null ? null : (
              <StatusBadge
                status={status}
                reason={registration?.reason ? reasonWords(registration.reason) : null}
              />
            )}
            {off ? <StatusBadge status="disabled" /> : null}
            {device === null ? null : (
              <ConnectionDot connected={device.connection?.connected ?? null} />
            )}
            {LEADS[kind] === "" ? null : <span>{LEADS[kind]}</span>}
          </span>
        }
        actions={
          registration === null ? null : (
            <Decision
              scope={scope}
              id={registration.id}
              status={status ?? ""}
              size="xs"
              onDone={onChange}
            />
          )
        }
      />
    </>
  );
}

function NoHub({ facts }: { facts: DeviceFacts }) {
  const { scope, id, registration } = facts;
  return (
    <EmptyState
      icon={<IconPlugConnected size={24} stroke={1.6} />}
      title="It is at no hub yet"
      text={
        registration === null
          ? "This comes with its identity at a hub, which it gets when it registers."
          : "It asked to be let in and got no hub. Its trail says why."
      }
    >
      <Text fz="sm" ta="center">
        <Anchor
          component={Link}
          to={devicePage(scope, id, registration === null ? "connect" : "trail")}
          fz="sm"
        >
          {registration === null ? "What it needs to register" : "Show the trail"}
        </Anchor>
      </Text>
    </EmptyState>
  );
}

interface BodyProps {
  facts: DeviceFacts;
  tab: Tab;
  trail: string;
  log: TelemetryLog;
  state: LiveState;
  latest: AttemptEvent | undefined;
  onChange: () => void;
}

function Body({ facts, tab, trail, log, state, latest, onChange }: BodyProps) {
  const { device, scope, id } = facts;
  switch (tab) {
    case "identity":
      return <Identity facts={facts} onChange={onChange} />;
    case "connect":
      return <Connect facts={facts} />;
    case "trail":
      return <TrailTab scope={scope} id={id} trail={trail} latest={latest} />;
    case "twin":
      return device === null ? <NoHub facts={facts} /> : <TwinTab device={device} />;
    case "telemetry":
      return device === null ? (
        <NoHub facts={facts} />
      ) : (
        <Telemetry device={device} log={log} state={state} />
      );
    case "methods":
      return device === null ? (
        <NoHub facts={facts} />
      ) : (
        <Methods device={device} template={device.template ?? facts.row?.template ?? null} />
      );
  }
}

// An id that is in no list: its attempts may be remembered all the same.
function Stranger({ facts, trail }: { facts: DeviceFacts; trail: string }) {
  return (
    <>
      <Alert
        variant="light"
        color="yellow"
        icon={<IconInfoCircle size={18} />}
        title="There is no such device"
        mb="md"
      >
        {facts.id} is not enrolled in this scope, has no registration and is at no hub. If it tried
        to get in, its attempts are below, each with the reason why it was refused.
      </Alert>
      <TrailTab scope={facts.scope} id={facts.id} trail={trail} latest={undefined} />
    </>
  );
}

function DevicePage({ scope, id, rest }: { scope: string; id: string; rest: string[] }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [search] = useSearchParams();
  const hub = search.get("hub") ?? "";
  const { facts, error, reload } = useDevice(scope, id, hub);
  const [log] = useState(() => makeLog());
  const [latest, setLatest] = useState<AttemptEvent>();
  const tab = TABS.find((each) => each.id === rest[0])?.id ?? "identity";
  const device = facts?.device ?? null;
  const list = useRef<HTMLDivElement>(null);
  const loaded = facts !== undefined;
  useEffect(() => {
    // On a narrow screen the tabs scroll within their own box: the one that is open is in view.
    const open = list.current?.querySelector<HTMLElement>("[aria-selected=true]");
    const left = (open?.offsetLeft ?? 0) - (list.current?.clientWidth ?? 0) / 3;
    if (list.current !== null) list.current.scrollLeft = Math.max(0, left);
  }, [tab, loaded]);

  const state = useLive(
    { scope, device: device?.id ?? id },
    {
      telemetry: (event) => {
        if (event.hub === device?.hub && event.deviceId === device.id) log.add(event);
      },
      connection: (event) => {
        if (event.hub === device?.hub && event.device === device.id) reload();
      },
      attempt: (event) => {
        if (idKey(event.registrationId) !== idKey(id)) return;
        setLatest(event);
        reload();
      },
      bye: () => void client.invalidateQueries({ queryKey: SESSION_KEY }),
    },
  );

  if (facts === undefined) {
    return error ? <ErrorNotice error={error} onRetry={reload} /> : <PageLoading />;
  }
  const go = (to: string) =>
    void navigate(
      devicePage(scope, id, to === "identity" ? "" : to) +
        (hub === "" ? "" : `?hub=${encodeURIComponent(hub)}`),
    );
  const trail = tab === "trail" ? (rest[1] ?? "") : "";
  return (
    <>
      <Header facts={facts} onChange={reload} />
      {error ? <ErrorNotice error={error} onRetry={reload} /> : null}
      {facts.kind === "unknown" ? (
        <Stranger facts={facts} trail={trail} />
      ) : (
        <Tabs value={tab} onChange={(value) => value !== null && go(value)} keepMounted={false}>
          <Tabs.List ref={list} className={classes.tabs} aria-label={`About ${facts.id}`}>
            {TABS.map(({ id: each, label, Icon }) => (
              <Tabs.Tab key={each} value={each}>
                <Group gap={6} wrap="nowrap">
                  <Icon size={15} stroke={1.7} aria-hidden />
                  {label}
                </Group>
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab}>
            <Body
              facts={facts}
              tab={tab}
              trail={trail}
              log={log}
              state={state}
              latest={latest}
              onChange={reload}
            />
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  );
}

export default function Page() {
  const { scope = "", id = "", "*": rest = "" } = useParams();
  const parts = rest.split("/").filter((part) => part !== "");
  return <DevicePage key={`${scope} ${id}`} scope={scope} id={id} rest={parts} />;
}
