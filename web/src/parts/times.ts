// Times as people read them: near ones relative, all of them exact in the tooltip.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RELATIVE_MAX_S = 7 * DAY;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const exactly = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

export function timeAgo(at: string, now: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return at;
  const seconds = Math.round((then - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return "now";
  if (size < MINUTE) return relative.format(seconds, "second");
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  if (size < RELATIVE_MAX_S) return relative.format(Math.round(seconds / DAY), "day");
  return day.format(then);
}

export const exactTime = (at: string): string =>
  Number.isNaN(Date.parse(at)) ? at : exactly.format(Date.parse(at));
