import type { CodeForm, Wrong } from "./form";

export interface FieldsProps {
  form: CodeForm;
  wrong: Wrong; // what to show now: nothing before the first try
  change: (change: Partial<CodeForm>) => void;
}

export const ORDER: ("label" | "input" | "description" | "error")[] = [
  "label",
  "input",
  "description",
  "error",
];
