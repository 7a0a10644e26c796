import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";
import { exactTime, timeAgo } from "./times";

const TICK_MS = 15_000;

// "3 min. ago", with the exact time in the tooltip.
export function TimeAgo({ at }: { at: string | null | undefined }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (at == null) return <span>—</span>;
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at} style={{ whiteSpace: "nowrap" }}>
        {timeAgo(at, now)}
      </time>
    </Tooltip>
  );
}
