import { Anchor, Divider, Group, Paper, Stack } from "@mantine/core";
import { IconQrcode } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Link, useSearchParams } from "react-router";
import { useDebouncedValue } from "@mantine/hooks";
import { api } from "../../api/client";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { useGroups } from "../../groups/queries";
import { cliFlags } from "./cliHint";
import { CodeOptions } from "./CodeOptions";
import { CodeResult } from "./CodeResult";
import type { CodeMode, NewCode } from "./credential";
import classes from "./credentials.module.css";
import { DeviceFields } from "./DeviceFields";
import { prefilled, requestOf, wrongOf, type CodeForm } from "./form";
import { HowItWorks } from "./HowItWorks";
import { KeyFields } from "./KeyFields";
import { useKnownDevices, useTemplates } from "./known";
import { ModelField } from "./ModelField";
import { ModePicker } from "./ModePicker";

const SETTLE_MS = 250;
const LIFETIME: Record<CodeMode, number> = { claim: 900, envelope: 900, compatible: 600 };

// The secrets of a form are gone once they were used.
const withoutSecrets = (form: CodeForm): CodeForm => ({
  ...form,
  deviceKey: "",
  groupKey: "",
  passphrase: "",
});

function useMake(scope: string) {
  const client = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: async (form: CodeForm) =>
      api.post<NewCode>("/credentials", await requestOf(form, scope)),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/credentials"] }),
  });
}

export function CodeMaker() {
  const scope = useScope();
  const [search] = useSearchParams();
  const [form, setForm] = useState(() => prefilled(search));
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<NewCode>();
  const make = useMake(scope.id);
  const mayMake = usePermission("operator");
  const [settled] = useDebouncedValue(form.device, SETTLE_MS);
  const known = useKnownDevices(scope.id, settled, !form.isNew);
  const groups = useGroups(scope.id, "symmetric_key");
  const templates = useTemplates(scope.id);

  const change = (some: Partial<CodeForm>) => setForm((before) => ({ ...before, ...some }));
  // Of an existing device the server knows the group.
  const owner = known.exact?.enrollment;
  const whole: CodeForm = form.isNew
    ? form
    : { ...form, group: owner?.kind === "group" && form.mode !== "claim" ? owner.id : "" };
  const wrong = wrongOf(whole);
  const fields = { form: whole, wrong: tried ? wrong : {}, change };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const first = Object.keys(wrong)[0];
    if (first !== undefined) {
      document.getElementById(`code-${first}`)?.focus();
      return;
    }
    make.mutate(whole, {
      onSuccess: (code) => {
        setMade(code);
        setForm(withoutSecrets);
        setTried(false);
      },
    });
  };
  const again = () => {
    setMade(undefined);
    make.reset();
    change({ device: "" });
    requestAnimationFrame(() => document.getElementById("code-device")?.focus());
  };

  return (
    <div className={classes.desk}>
      <Paper withBorder radius="md" p="md" component="form" onSubmit={submit} noValidate>
        <Stack gap="md">
          <ModePicker
            value={form.mode}
            onChange={(mode) =>
              change({ mode, pickup: mode !== "compatible", ttlSeconds: LIFETIME[mode] })
            }
            compatibleOff={scope.compatibleCodes === true ? undefined : <CompatibleOff />}
          />
          <DeviceFields {...fields} offered={known.offered} />
          <KeyFields
            {...fields}
            groups={groups.rows}
            known={known.exact}
            isLooking={known.isLoading || settled !== form.device}
          />
          {form.isNew ? <ModelField {...fields} templates={templates} /> : null}
          <CodeOptions {...fields} />
          {make.error ? <ErrorNotice error={make.error} /> : null}
          <Group>
            <GuardedButton
              type="submit"
              permission={mayMake}
              loading={make.isPending}
              leftSection={<IconQrcode size={17} />}
            >
              Generate code
            </GuardedButton>
          </Group>
          <Divider />
          <CliHint command={["credential", "create"]} flags={cliFlags(whole, scope.id)} />
        </Stack>
      </Paper>
      <Paper withBorder radius="md" p="md" component="section" aria-label="The code">
        {made === undefined ? (
          <HowItWorks mode={form.mode} />
        ) : (
          <CodeResult key={made.id} code={made} onAgain={again} />
        )}
      </Paper>
    </div>
  );
}

function CompatibleOff() {
  return (
    <>
      Compatible codes are off in this scope, because they hold a device’s key under weak
      encryption. An admin can switch them on under{" "}
      <Anchor component={Link} to="/credentials/connection" inherit underline="always">
        Device connection
      </Anchor>
      .
    </>
  );
}
