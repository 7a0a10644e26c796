import { Tooltip } from "@mantine/core";
import type { LiveState } from "../../api/live";
import classes from "./overview.module.css";

const WORDS: Record<LiveState, { label: string; help: string; on: boolean | null }> = {
  connecting: { label: "Connecting", help: "Waiting for the stream of events", on: null },
  live: { label: "Live", help: "Events are shown as they happen", on: true },
  lost: { label: "Not live", help: "The stream broke off; it is being opened again", on: false },
  ended: { label: "Ended", help: "Your session ended", on: false },
};

export function LiveMark({ state }: { state: LiveState }) {
  const { label, help, on } = WORDS[state];
  return (
    <Tooltip label={help}>
      <span className={classes.live} role="status" data-state={on === null ? "never" : String(on)}>
        <span aria-hidden className="berth-dot" />
        {label}
      </span>
    </Tooltip>
  );
}
