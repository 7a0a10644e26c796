import { Textarea } from "@mantine/core";
import { jsonError } from "./positions";
import classes from "./templates.module.css";

interface Props {
  label: string;
  description?: string;
  value: string;
  onChange: (text: string) => void;
  disabled?: boolean;
}

// Why a text is no JSON object; empty when it is one, or nothing.
export function wrongObject(text: string): string {
  if (text.trim() === "") return "";
  const error = jsonError(text);
  if (error !== undefined) return `Line ${error.line}: ${error.what}`;
  const value = JSON.parse(text) as unknown;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? ""
    : 'A JSON object is needed, such as {"site": "north"}.';
}

export const objectOf = (text: string): unknown =>
  text.trim() === "" ? {} : (JSON.parse(text) as unknown);

export function JsonField({ label, description, value, onChange, disabled }: Props) {
  return (
    <Textarea
      label={label}
      description={description}
      classNames={{ input: classes.text }}
      spellCheck={false}
      autoCapitalize="off"
      autosize
      minRows={4}
      maxRows={16}
      disabled={disabled}
      value={value}
      error={wrongObject(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
