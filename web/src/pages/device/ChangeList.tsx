import { VisuallyHidden } from "@mantine/core";
import classes from "./device.module.css";
import { compact, pathText, type Change } from "./json";

const SIGN = { added: "+", removed: "−", changed: "~" } as const;
const SHOWN_MAX = 200;

interface Props {
  changes: Change[];
  label: string;
}

// Old and new value of each member that differs.
export function ChangeList({ changes, label }: Props) {
  return (
    <ul className={classes.changes} aria-label={label}>
      {changes.slice(0, SHOWN_MAX).map((change) => (
        <li key={pathText(change.path)} className={classes.change} data-kind={change.kind}>
          <span aria-hidden>{SIGN[change.kind]}</span>
          <span>
            <VisuallyHidden>{change.kind} </VisuallyHidden>
            {pathText(change.path)}
          </span>
          <span>
            {change.kind === "added" ? null : (
              <del className={classes.old}>{compact(change.before)}</del>
            )}
            {change.kind === "changed" ? " → " : null}
            {change.kind === "removed" ? null : <ins>{compact(change.after)}</ins>}
          </span>
        </li>
      ))}
      {changes.length > SHOWN_MAX ? (
        <li className={classes.change}>and {changes.length - SHOWN_MAX} more</li>
      ) : null}
    </ul>
  );
}
