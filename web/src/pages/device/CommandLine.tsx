import { Text } from "@mantine/core";
import { CopyButton } from "../../parts/CopyField";
import hint from "../../parts/CliHint.module.css";

interface Props {
  label: string | undefined;
  text: string; // as the server says it, quoted for a shell already
}

export function CommandLine({ label, text }: Props) {
  return (
    <div className={hint.hint} style={{ marginTop: 8 }}>
      {label === undefined ? null : (
        <Text component="div" className={hint.label}>
          {label}
        </Text>
      )}
      <div className={hint.line}>
        <code className={hint.code} tabIndex={0}>
          {text}
        </code>
        <CopyButton value={text} what="command" />
      </div>
    </div>
  );
}
