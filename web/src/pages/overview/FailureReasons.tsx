import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { devicesPage } from "../../app/links";
import { CliButton } from "../../parts/CliHint";
import { Panel } from "../../parts/Panel";
import classes from "./overview.module.css";

interface Props {
  overview: Overview | undefined;
  scope: string;
}

const SHOWN_MAX = 8;

// reason_like_this → Reason like this
const words = (reason: string): string => {
  const text = reason.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export function FailureReasons({ overview, scope }: Props) {
  const reasons = [...(overview?.reasons ?? [])].sort((a, b) => b.count - a.count);
  const most = reasons[0]?.count ?? 1;
  const rest = reasons.slice(SHOWN_MAX).reduce((sum, each) => sum + each.count, 0);
  return (
    <div className={classes.half}>
      <Panel
        title="Why devices were turned away"
        lead="Each attempt has a trail that explains it"
        actions={<CliButton command={["trail", "list"]} flags={{ scope, failed: true }} />}
      >
        {reasons.length === 0 ? (
          <Text c="dimmed" fz="sm">
            {overview === undefined ? "…" : "No device was turned away in this time."}
          </Text>
        ) : (
          <ul className={classes.bars}>
            {reasons.slice(0, SHOWN_MAX).map(({ reason, count }) => (
              <li key={reason}>
                <Group justify="space-between" gap="xs" wrap="nowrap">
                  <Text fz="sm">{words(reason)}</Text>
                  <Text fz="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
                    {count}
                  </Text>
                </Group>
                <div className={classes.bar} aria-hidden>
                  <div className={classes.fill} style={{ width: `${(100 * count) / most}%` }} />
                </div>
              </li>
            ))}
          </ul>
        )}
        {rest > 0 ? (
          <Text c="dimmed" fz="xs" mt="xs">
            and {rest} more for other reasons
          </Text>
        ) : null}
        {reasons.length > 0 ? (
          <Anchor
            component={Link}
            to={devicesPage({ scope, status: "failed" })}
            fz="sm"
            mt="sm"
            display="block"
          >
            Devices that failed
          </Anchor>
        ) : null}
      </Panel>
    </div>
  );
}
