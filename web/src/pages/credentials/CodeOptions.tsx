import { Checkbox, PasswordInput, Select, Stack, Switch } from "@mantine/core";
import classes from "./credentials.module.css";
import { ORDER, type FieldsProps } from "./fields";

const LIFETIMES = [
  { value: "300", label: "5 minutes" },
  { value: "600", label: "10 minutes" },
  { value: "900", label: "15 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
];

const PICKUP = {
  claim: {
    label: "Also letters to type",
    text: "For a device without a camera: ten letters and digits that fetch the code once.",
  },
  envelope: {
    label: "Letters to type",
    text: "Ten letters and digits that fetch the envelope once.",
  },
  compatible: {
    label: "Also a number",
    text: "Five digits, as old apps ask for them. Strangers may guess one: it is good once.",
  },
};

// Encryption key, lifetime, pick-up.
export function CodeOptions(props: FieldsProps) {
  const { form, change } = props;
  const lettersOpen = form.mode === "envelope" && form.passphrase === "";
  return (
    <Stack gap="sm">
      {form.mode === "claim" ? null : <EncryptionKey {...props} />}
      <div className={classes.pair}>
        <Select
          id="code-lifetime"
          label="Good for"
          allowDeselect={false}
          data={LIFETIMES}
          value={String(form.ttlSeconds)}
          onChange={(value) => value !== null && change({ ttlSeconds: Number(value) })}
        />
        <Switch
          className={classes.pickup}
          label={PICKUP[form.mode].label}
          description={
            lettersOpen
              ? "They open the envelope, so they are always made."
              : PICKUP[form.mode].text
          }
          checked={form.pickup || lettersOpen}
          disabled={lettersOpen}
          onChange={(event) => change({ pickup: event.currentTarget.checked })}
        />
      </div>
    </Stack>
  );
}

function EncryptionKey({ form, wrong, change }: FieldsProps) {
  const compatible = form.mode === "compatible";
  const off = compatible && form.unencrypted;
  return (
    <Stack gap={8}>
      <PasswordInput
        id="code-passphrase"
        label="Encryption key"
        inputWrapperOrder={ORDER}
        required={compatible && !off}
        disabled={off}
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="off"
        data-1p-ignore
        data-lpignore="true"
        description={
          compatible
            ? "A passphrase of your choice: the same as the password of the login in the app."
            : "A passphrase of your choice. Leave it out: letters that nobody can guess are made."
        }
        value={form.passphrase}
        error={wrong.passphrase}
        onChange={(event) => change({ passphrase: event.currentTarget.value })}
      />
      {compatible ? (
        <>
          <Checkbox
            label="Leave it unencrypted"
            description="The last app reads nothing else. Whoever sees the picture has the key."
            checked={form.unencrypted}
            onChange={(event) => change({ unencrypted: event.currentTarget.checked })}
          />
          <Checkbox
            label="Put the encryption key into the code"
            description="As the first page did. No app needs it."
            checked={form.includePassphrase}
            disabled={form.unencrypted}
            onChange={(event) => change({ includePassphrase: event.currentTarget.checked })}
          />
        </>
      ) : null}
    </Stack>
  );
}
