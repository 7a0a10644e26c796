import { Group, ScrollArea } from "@mantine/core";
import { CopyButton } from "./CopyField";
import classes from "./JsonView.module.css";

const SHOWN_MAX = 64 * 1024;

interface Token {
  kind: "name" | "text" | "number" | "word" | "mark";
  text: string;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([^"\d\-tfn]+|.)/gs;

// Colours for what JSON.stringify made; each piece is shown as text.
export function tokens(json: string): Token[] {
  const found: Token[] = [];
  for (const [whole, quoted, colon, number, word] of json.matchAll(TOKEN)) {
    if (quoted !== undefined) {
      found.push({ kind: colon === undefined ? "text" : "name", text: quoted });
      if (colon !== undefined) found.push({ kind: "mark", text: colon });
    } else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (word !== undefined) found.push({ kind: "word", text: word });
    else found.push({ kind: "mark", text: whole });
  }
  return found;
}

interface Props {
  value: unknown;
  label: string; // "reported properties"
  maxHeight?: number;
}

export function JsonView({ value, label, maxHeight = 360 }: Props) {
  const whole = JSON.stringify(value, null, 2) ?? "null";
  const shown = whole.length > SHOWN_MAX ? whole.slice(0, SHOWN_MAX) : whole;
  return (
    <div className={classes.frame}>
      <Group className={classes.copy}>
        <CopyButton value={whole} what={label} />
      </Group>
      <ScrollArea.Autosize
        mah={maxHeight}
        type="auto"
        viewportProps={{ tabIndex: 0, "aria-label": label, role: "region" }}
      >
        <pre className={classes.json}>
          {tokens(shown).map((token, at) => (
            <span key={at} className={classes[token.kind]}>
              {token.text}
            </span>
          ))}
          {shown === whole ? null : "\n… cut off here; copy has all of it"}
        </pre>
      </ScrollArea.Autosize>
    </div>
  );
}
