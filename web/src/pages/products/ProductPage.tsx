import { Anchor, Stack, Tabs } from "@mantine/core";
import { Link, useNavigate, useParams } from "react-router";
import { Facts } from "../../groups/Facts";
import { DeleteGroup } from "../../groups/DeleteGroup";
import { EnabledSwitch } from "../../groups/EnabledSwitch";
import classes from "../../groups/groups.module.css";
import { useGroup } from "../../groups/queries";
import { Roster } from "../../groups/Roster";
import { DEVICES } from "../../groups/rosterKind";
import type { Product } from "../../groups/types";
import { CliButton } from "../../parts/CliHint";
import { CopyField } from "../../parts/CopyField";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { productPage } from "./links";
import { Registration } from "./Registration";
import { Secret } from "./Secret";
import { REISSUE, seconds } from "./words";

export function ProductPage() {
  const scope = useScope();
  const { product: id = "", tab = "" } = useParams();
  const navigate = useNavigate();
  const product = useGroup<Product>(scope.id, id);
  if (product.isLoading) return <PageLoading />;
  if (product.data === undefined) {
    return <ErrorNotice error={product.error} onRetry={() => void product.refetch()} />;
  }
  const shown = product.data;
  return (
    <>
      <Anchor component={Link} to="/products" fz="sm">
        Products
      </Anchor>
      <PageHeader
        title={shown.displayName}
        lead={shown.displayName === shown.id ? undefined : shown.id}
        actions={
          <>
            <DeleteGroup
              scope={scope.id}
              group={shown}
              what="product"
              cli="product"
              back="/products"
            />
            <CliButton command={["product", "show", shown.id]} flags={{ scope: scope.id }} />
          </>
        }
      />
      <Tabs
        value={tab === "devices" ? "devices" : "settings"}
        keepMounted={false}
        onChange={(next) =>
          void navigate(productPage(shown.id, next === "devices" ? "devices" : ""), {
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
          <Tabs.Tab value="devices">Devices</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <Settings product={shown} />
        </Tabs.Panel>
        <Tabs.Panel value="devices">
          <Roster
            scope={scope.id}
            group={shown.id}
            kind={DEVICES}
            lead="Names that may register, and what became of them."
          />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Settings({ product }: { product: Product }) {
  const { attestation } = product;
  return (
    <div className={classes.pair}>
      <Registration product={product} />
      <Stack gap="md">
        <Secret product={product} />
        <Panel title="What it is">
          <Stack gap="sm">
            <CopyField label="Product id" value={product.id} />
            <Facts
              rows={[
                [
                  "Registration gives",
                  attestation.issues === "certificate" ? "A certificate" : "A secret",
                ],
                ["Registering again", REISSUE[attestation.reissue] ?? attestation.reissue],
                ["Clock window", seconds(attestation.clockWindowSeconds)],
                ["Replay window", seconds(attestation.replayWindowSeconds)],
              ]}
            />
            <EnabledSwitch group={product} cli="product" />
          </Stack>
        </Panel>
      </Stack>
    </div>
  );
}
