import { List, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconQrcode } from "@tabler/icons-react";
import type { CodeMode } from "./credential";
import classes from "./credentials.module.css";

const STEPS: Record<CodeMode, string[]> = {
  claim: [
    "The picture holds a link with a one-time token. There is no key in it.",
    "Whoever scans it first makes a key of its own and redeems the token over TLS.",
    "The device gets an individual enrollment with that key, and registers.",
    "A photograph of the picture is worth nothing after that.",
  ],
  envelope: [
    "The device’s symmetric key is put into an envelope: Argon2id and AES-256-GCM.",
    "The picture holds the envelope; the letters beside it, or your encryption key, open it.",
    "The app registers with the key, as if somebody had typed it in.",
    "Picture and letters together are the key: show them to nobody else.",
  ],
  compatible: [
    "The picture holds the device’s key the way old phone apps read it.",
    "Its encryption is weak: three rounds of MD5, no check that nobody changed it.",
    "The app registers with the key. Revoking the code does not take the key back.",
    "Use a claim or an envelope wherever the app can read one.",
  ],
};

// Stands where the code will be.
export function HowItWorks({ mode }: { mode: CodeMode }) {
  return (
    <Stack gap="sm" className={classes.how}>
      <ThemeIcon variant="light" size={52} radius="md" aria-hidden>
        <IconQrcode size={32} stroke={1.5} />
      </ThemeIcon>
      <Text fw={600} fz="sm">
        The code appears here, once
      </Text>
      <List type="ordered" fz="sm" spacing={6} c="dimmed" className={classes.steps}>
        {STEPS[mode].map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
