import { NumberInput, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import classes from "../../groups/groups.module.css";
import { usePatchGroup } from "../../groups/queries";
import type { Admits, Product } from "../../groups/types";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { ADMITS, admitsFlags } from "./words";

const QUOTA_MAX = 200_000;

// The dynamic-registration switch: whom the product's secret lets in.
export function Registration({ product }: { product: Product }) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const patch = usePatchGroup(scope.id, product.id, product.version);
  const [asking, setAsking] = useState(false);
  const now = product.attestation.admits;
  const set = (admits: Admits) =>
    patch.mutate({ attestation: { admits } }, { onSuccess: () => setAsking(false) });
  const flags = (admits: Admits) => ({ scope: scope.id, ...admitsFlags(admits) });
  return (
    <Panel title="Dynamic registration" lead="Who gets in with the product’s secret">
      <Stack gap="sm">
        <Radio.Group
          aria-label="Dynamic registration admits"
          value={now}
          onChange={(value) => (value === "anybody" ? setAsking(true) : set(value as Admits))}
        >
          <Stack gap={8}>
            {(Object.keys(ADMITS) as Admits[]).map((each) => (
              <Radio.Card
                key={each}
                value={each}
                className={classes.choice}
                disabled={!mayWrite.allowed || patch.isPending}
                aria-label={ADMITS[each].label}
                aria-describedby={`admits-${each}`}
              >
                <Text fz="sm" fw={600}>
                  {ADMITS[each].label}
                </Text>
                <Text fz="xs" c="dimmed" id={`admits-${each}`}>
                  {ADMITS[each].text}
                </Text>
              </Radio.Card>
            ))}
          </Stack>
        </Radio.Group>
        {mayWrite.allowed ? null : (
          <Text fz="xs" c="dimmed" fs="italic">
            {mayWrite.why}
          </Text>
        )}
        {now === "anybody" ? <Quota key={product.version} product={product} /> : null}
        {patch.error && !asking ? <ErrorNotice error={patch.error} /> : null}
        <CliHint command={["product", "update", product.id]} flags={flags(now)} />
      </Stack>
      <ConfirmDialog
        opened={asking}
        title="Admit anybody with the secret?"
        confirm="Admit anybody"
        cli={<CliHint command={["product", "update", product.id]} flags={flags("anybody")} />}
        error={patch.error}
        isPending={patch.isPending}
        onConfirm={() => set("anybody")}
        onClose={() => {
          patch.reset();
          setAsking(false);
        }}
      >
        Whoever reads the secret out of one device can register devices of any name, up to{" "}
        {product.attestation.createdMax} of them.
      </ConfirmDialog>
    </Panel>
  );
}

function Quota({ product }: { product: Product }) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const patch = usePatchGroup(scope.id, product.id, product.version);
  const [quota, setQuota] = useState<number | string>(product.attestation.createdMax);
  const wrong = typeof quota !== "number" || quota < 0 || quota > QUOTA_MAX;
  return (
    <Stack gap={6}>
      <NumberInput
        label="Quota"
        description="How many names may be listed by their own request."
        min={0}
        max={QUOTA_MAX}
        allowDecimal={false}
        size="sm"
        maw={240}
        value={quota}
        disabled={!mayWrite.allowed}
        onChange={setQuota}
      />
      {quota === product.attestation.createdMax ? null : (
        <GuardedButton
          permission={wrong ? { allowed: false, why: `0 to ${QUOTA_MAX}.` } : mayWrite}
          size="compact-sm"
          w="fit-content"
          loading={patch.isPending}
          onClick={() => patch.mutate({ attestation: { createdMax: quota } })}
        >
          Save the quota
        </GuardedButton>
      )}
      {patch.error ? <ErrorNotice error={patch.error} /> : null}
    </Stack>
  );
}
