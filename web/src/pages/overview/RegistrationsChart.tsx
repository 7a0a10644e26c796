import "@mantine/charts/styles.css";

import { BarChart } from "@mantine/charts";
import { Center, Text } from "@mantine/core";
import type { Overview } from "../../api/types";
import classes from "./overview.module.css";

const SERIES = [
  { name: "assigned", label: "Let in", color: "var(--berth-good)" },
  { name: "refused", label: "Refused", color: "var(--berth-bad)" },
  { name: "failed", label: "Failed", color: "var(--berth-warn)" },
];
const DAY_S = 86_400;

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const weekday = new Intl.DateTimeFormat("en", {
  weekday: "short",
  hour: "2-digit",
  hour12: false,
});

export default function RegistrationsChart({ overview }: { overview: Overview | undefined }) {
  if (overview === undefined) return <div className={classes.chart} />;
  const span = (Date.parse(overview.to) - Date.parse(overview.from)) / 1000;
  const format = span > DAY_S * 1.5 ? weekday : clock;
  const data = overview.attempts.map((bucket) => ({
    ...bucket,
    when: format.format(Date.parse(bucket.at)),
  }));
  if (data.every((each) => each.assigned + each.refused + each.failed === 0)) {
    return (
      <Center className={classes.chart}>
        <Text c="dimmed" fz="sm">
          No device tried to register in this time.
        </Text>
      </Center>
    );
  }
  const total = (pick: (each: (typeof data)[number]) => number) =>
    data.reduce((sum, each) => sum + pick(each), 0);
  return (
    <figure
      style={{ margin: 0 }}
      aria-label={
        `Registrations over time: ${total((each) => each.assigned)} let in, ` +
        `${total((each) => each.refused)} refused, ${total((each) => each.failed)} failed`
      }
    >
      <BarChart
        h="17rem"
        data={data}
        dataKey="when"
        type="stacked"
        series={SERIES}
        withLegend
        legendProps={{ verticalAlign: "top", height: 32 }}
        tickLine="none"
        gridAxis="x"
        gridColor="var(--berth-line)"
        maxBarWidth={26}
        barProps={{ isAnimationActive: false }}
        yAxisProps={{ allowDecimals: false, width: 34 }}
        xAxisProps={{ minTickGap: 28 }}
      />
    </figure>
  );
}
