import { Badge, Button, Group, Text } from "@mantine/core";
import { IconBroadcast, IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { memo, useMemo, useState, useSyncExternalStore } from "react";
import type { LiveState } from "../../api/live";
import type { TelemetryEvent } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { EmptyState } from "../../parts/EmptyState";
import { JsonView } from "../../parts/JsonView";
import { Panel } from "../../parts/Panel";
import { exactTime } from "../../parts/times";
import { LiveMark } from "../overview/LiveMark";
import classes from "./device.module.css";
import {
  bodyLine,
  KEPT_MAX,
  numberText,
  seriesOf,
  sparkPath,
  type TelemetryLog,
} from "./telemetry";
import type { Device } from "./types";

const SPARK = { width: 160, height: 30 };
const SHOWN_FIRST = 50;

const clock = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hour12: false,
});

const timeText = (at: string): string =>
  Number.isNaN(Date.parse(at)) ? at : clock.format(Date.parse(at));

function Values({ events }: { events: TelemetryEvent[] }) {
  const series = useMemo(() => seriesOf(events), [events]);
  if (series.length === 0) return null;
  return (
    <ul className={classes.series} aria-label="Last values">
      {series.map((each) => (
        <li key={each.name} className={classes.card}>
          <Text fz="xs" c="dimmed" truncate title={each.name}>
            {each.name}
          </Text>
          <div className={classes.value}>{numberText(each.last)}</div>
          <svg
            className={classes.spark}
            viewBox={`0 -2 ${SPARK.width} ${SPARK.height + 4}`}
            preserveAspectRatio="none"
            aria-hidden
            focusable="false"
          >
            <path d={sparkPath(each.points, SPARK.width, SPARK.height)} />
          </svg>
          <Text fz="xs" c="dimmed">
            {numberText(each.min, 4)} to {numberText(each.max, 4)}
          </Text>
        </li>
      ))}
    </ul>
  );
}

const Message = memo(function Message({ event }: { event: TelemetryEvent }) {
  const [open, setOpen] = useState(false);
  const { properties, systemProperties, kind, bodyEncoding } = event;
  const named = Object.keys(properties).length + Object.keys(systemProperties).length > 0;
  return (
    <li className={classes.message}>
      <details open={open} onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary>
          <time dateTime={event.enqueuedAt} className={classes.time}>
            {timeText(event.enqueuedAt)}
          </time>
          <span className={classes.line}>{bodyLine(event)}</span>
          <Text span fz="xs" c="dimmed" className={classes.kind}>
            {kind === "feedback" ? "feedback" : bodyEncoding}
          </Text>
        </summary>
        {open ? (
          <div className={classes.open}>
            <Text fz="xs" c="dimmed" mb={4}>
              {exactTime(event.enqueuedAt)}, partition {event.partition}, number {event.sequence}
            </Text>
            <JsonView value={event.body} label="message" maxHeight={280} />
            {named ? (
              <>
                <Text fz="xs" c="dimmed" mt="xs" mb={4}>
                  Properties
                </Text>
                <JsonView
                  value={{ ...systemProperties, ...properties }}
                  label="properties of the message"
                  maxHeight={180}
                />
              </>
            ) : null}
          </div>
        ) : null}
      </details>
    </li>
  );
});

const keyOf = (event: TelemetryEvent): string => `${event.partition} ${event.sequence}`;

interface Props {
  device: Device;
  log: TelemetryLog;
  state: LiveState;
}

export function Telemetry({ device, log, state }: Props) {
  const { events, paused, missed, total } = useSyncExternalStore(log.subscribe, log.view);
  const [limit, setLimit] = useState(SHOWN_FIRST);
  const newestFirst = events.slice(-limit).reverse();
  const cli = (
    <CliHint
      command={["hub", "events"]}
      flags={{ "hub-name": device.hub, device: device.id, follow: true }}
    />
  );
  return (
    <>
      <Values events={events} />
      <Panel
        title="Messages"
        lead={
          <>
            {total} since this page was opened
            {total > KEPT_MAX ? `; the last ${KEPT_MAX} are kept` : ""}
          </>
        }
        actions={
          <>
            <LiveMark state={state} />
            <Button
              size="compact-sm"
              variant="default"
              leftSection={paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
              rightSection={missed > 0 ? <Badge size="sm">{missed}</Badge> : undefined}
              onClick={() => log.pause(!paused)}
            >
              {paused ? "Go on" : "Pause"}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<IconTrash size={14} />}
              disabled={events.length === 0}
              onClick={log.clear}
            >
              Clear
            </Button>
          </>
        }
      >
        {newestFirst.length === 0 ? (
          <EmptyState
            icon={<IconBroadcast size={24} stroke={1.6} />}
            title="Nothing yet"
            text={
              "What the device sends from now on appears here by itself. What it sent before is " +
              "in the hub's log."
            }
          >
            <CliHint
              label="What is kept of it"
              command={["hub", "events"]}
              flags={{ "hub-name": device.hub, device: device.id }}
            />
          </EmptyState>
        ) : (
          <>
            <ul className={classes.messages} aria-label="Messages, newest first">
              {newestFirst.map((event) => (
                <Message key={keyOf(event)} event={event} />
              ))}
            </ul>
            <Group justify="center" mt="xs" mb="md">
              {events.length > limit ? (
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => setLimit(Math.min(KEPT_MAX, limit * 3))}
                >
                  Show older ones
                </Button>
              ) : null}
            </Group>
            {cli}
          </>
        )}
      </Panel>
    </>
  );
}
