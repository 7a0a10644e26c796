import { Group, Select, Stack, Text } from "@mantine/core";
import { IconEye, IconRotate } from "@tabler/icons-react";
import { useState } from "react";
import { KeysDialog } from "../../groups/KeysDialog";
import { useRotate } from "../../groups/queries";
import type { Product } from "../../groups/types";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { GuardedButton } from "../../parts/GuardedButton";
import { Panel } from "../../parts/Panel";
import { exactTime } from "../../parts/times";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";

const OVERLAPS = [
  { value: "0", label: "It ends at once", cli: "0" },
  { value: "86400", label: "1 day", cli: "1d" },
  { value: "604800", label: "7 days", cli: "7d" },
  { value: "2592000", label: "30 days", cli: "30d" },
  { value: "7776000", label: "90 days", cli: "90d" },
];

// The product's secret: seen by operators, and replaced with an overlap.
export function Secret({ product }: { product: Product }) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const [viewing, setViewing] = useState(false);
  const [rotating, setRotating] = useState(false);
  const until = product.attestation.previousUntil;
  return (
    <Panel title="Product secret" lead="Burned into every device of the product">
      <Stack gap="sm">
        <Text fz="sm">
          {until === null
            ? "One secret is good."
            : `The secret before this one is good, too, until ${exactTime(until)}.`}
        </Text>
        <Group gap="xs">
          <GuardedButton
            permission={mayWrite}
            variant="light"
            leftSection={<IconEye size={16} />}
            onClick={() => setViewing(true)}
          >
            Reveal
          </GuardedButton>
          <GuardedButton
            permission={mayWrite}
            variant="default"
            leftSection={<IconRotate size={16} />}
            onClick={() => setRotating(true)}
          >
            Rotate
          </GuardedButton>
        </Group>
      </Stack>
      <KeysDialog
        scope={scope.id}
        group={viewing ? product : undefined}
        cli={["product", "show"]}
        onClose={() => setViewing(false)}
      />
      <Rotate
        key={product.version}
        product={product}
        opened={rotating}
        onClose={() => setRotating(false)}
      />
    </Panel>
  );
}

interface RotateProps {
  product: Product;
  opened: boolean;
  onClose: () => void;
}

function Rotate({ product, opened, onClose }: RotateProps) {
  const scope = useScope();
  const rotate = useRotate(scope.id, product.id, product.version);
  const [overlap, setOverlap] = useState("2592000");
  const cli = OVERLAPS.find((each) => each.value === overlap)?.cli ?? "0";
  return (
    <ConfirmDialog
      opened={opened}
      title="Rotate the secret?"
      confirm="Rotate"
      cli={
        <CliHint
          command={["product", "rotate-secret", product.id]}
          flags={{ scope: scope.id, overlap: cli }}
        />
      }
      error={rotate.error}
      isPending={rotate.isPending}
      onConfirm={() =>
        rotate.mutate({ overlapSeconds: Number(overlap) }, { onSuccess: onClose })
      }
      onClose={() => {
        rotate.reset();
        onClose();
      }}
    >
      <Stack gap="sm">
        <Text fz="sm">
          A new secret is made. Devices that have registered are not touched; those that have not
          need the new one when the overlap is over.
        </Text>
        <Select
          label="How long the present secret stays good"
          allowDeselect={false}
          data={OVERLAPS.map(({ value, label }) => ({ value, label }))}
          value={overlap}
          onChange={(value) => setOverlap(value ?? "0")}
        />
      </Stack>
    </ConfirmDialog>
  );
}
