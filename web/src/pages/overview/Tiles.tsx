import { Skeleton, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { devicesPage } from "../../app/links";
import classes from "./overview.module.css";

interface Props {
  overview: Overview | undefined;
  scope: string;
  hours: number;
}

interface Tile {
  label: string;
  value: number | undefined;
  tone?: "good" | "bad" | "warn";
  to?: string;
  note?: string;
}

const numbers = new Intl.NumberFormat("en");

const span = (hours: number): string =>
  hours === 1 ? "in the last hour" : hours < 48 ? `in ${hours} hours` : `in ${hours / 24} days`;

function Tile({ label, value, tone, to, note }: Tile) {
  const content = (
    <>
      <Text fz="xs" fw={500} c="dimmed">
        {label}
      </Text>
      <div className={`${classes.number} ${tone && value ? (classes[tone] ?? "") : ""}`}>
        {value === undefined ? <Skeleton h={26} w={52} my={3} /> : numbers.format(value)}
      </div>
      <Text fz="xs" c="dimmed">
        {note}
      </Text>
    </>
  );
  if (to === undefined) return <div className={classes.tile}>{content}</div>;
  return (
    <Link to={to} className={classes.tile ?? ""}>
      {content}
    </Link>
  );
}

export function Tiles({ overview, scope, hours }: Props) {
  const sum = (pick: (bucket: Overview["attempts"][number]) => number) =>
    overview?.attempts.reduce((total, bucket) => total + pick(bucket), 0);
  const page = (filter: Record<string, string>) => devicesPage({ scope, ...filter });
  const devices = overview?.devices;
  return (
    <div className={classes.tiles}>
      <Tile label="Devices" value={devices?.total} note="in this scope" to={page({})} />
      <Tile
        label="Connected"
        value={devices?.connected}
        tone="good"
        note="now"
        to={page({ connected: "true" })}
      />
      <Tile
        label="Waiting"
        value={devices?.waiting}
        tone="warn"
        note="for approval"
        to={page({ status: "waiting" })}
      />
      <Tile label="Let in" value={sum((each) => each.assigned)} note={span(hours)} />
      <Tile
        label="Turned away"
        value={sum((each) => each.refused + each.failed)}
        tone="bad"
        note={span(hours)}
      />
    </div>
  );
}
