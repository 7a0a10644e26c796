import type { ReactNode } from "react";
import classes from "./device.module.css";

export type Fact = [label: string, value: ReactNode] | null;

// Names and values; null ones are left out.
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map((fact) =>
        fact === null ? null : (
          <div key={fact[0]} className={classes.fact}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
