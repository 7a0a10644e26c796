import { Anchor, Stack, Tabs, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { DeleteGroup } from "../../groups/DeleteGroup";
import { EnabledSwitch } from "../../groups/EnabledSwitch";
import { Facts } from "../../groups/Facts";
import classes from "../../groups/groups.module.css";
import { KeysDialog } from "../../groups/KeysDialog";
import { useGroup } from "../../groups/queries";
import { Roster } from "../../groups/Roster";
import { SERIALS } from "../../groups/rosterKind";
import type { Production } from "../../groups/types";
import { CliButton } from "../../parts/CliHint";
import { CopyField } from "../../parts/CopyField";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { Panel } from "../../parts/Panel";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { productionPage } from "./links";

export function ProductionPage() {
  const scope = useScope();
  const { template: id = "", tab = "" } = useParams();
  const navigate = useNavigate();
  const template = useGroup<Production>(scope.id, id);
  if (template.isLoading) return <PageLoading />;
  if (template.data === undefined) {
    return <ErrorNotice error={template.error} onRetry={() => void template.refetch()} />;
  }
  const shown = template.data;
  return (
    <>
      <Anchor component={Link} to="/production" fz="sm">
        Production templates
      </Anchor>
      <PageHeader
        title={shown.displayName}
        lead={shown.displayName === shown.id ? undefined : shown.id}
        actions={
          <>
            <DeleteGroup
              scope={scope.id}
              group={shown}
              what="template"
              cli="thing template"
              back="/production"
            />
            <CliButton command={["thing template", "show", shown.id]} flags={{ scope: scope.id }} />
          </>
        }
      />
      <Tabs
        value={tab === "settings" ? "settings" : "serials"}
        keepMounted={false}
        onChange={(next) =>
          void navigate(productionPage(shown.id, next === "settings" ? "settings" : ""), {
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="serials">Serial numbers</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="serials">
          <Roster
            scope={scope.id}
            group={shown.id}
            kind={SERIALS}
            lead="Serials that may enrol, and what became of them. Their passwords are never shown."
          />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <Settings template={shown} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Settings({ template }: { template: Production }) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const [viewing, setViewing] = useState(false);
  const { attestation } = template;
  return (
    <div className={classes.pair}>
      <Panel title="What it is">
        <Stack gap="sm">
          <CopyField label="Template id" value={template.id} />
          <Facts
            rows={[
              ["Passwords", attestation.derived ? "Derived from a secret" : "Each serial’s own"],
              [
                "Derived of",
                attestation.order === "name_first" ? "Serial, then secret" : "Secret, then serial",
              ],
              ["Enrolling again", attestation.reissue === "new" ? "A new password" : "Refused"],
              [
                "Locked",
                `after ${attestation.guessesMax} wrong passwords, for ${attestation.lockSeconds} s`,
              ],
            ]}
          />
          <EnabledSwitch group={template} cli="thing template" />
        </Stack>
      </Panel>
      <Panel title="Derivation secret" lead="Whoever has it can work out every serial’s passwords">
        <Stack gap="sm">
          <Text fz="sm">
            {attestation.derived
              ? "There is one. The audit remembers who looks at it."
              : "There is none: each serial has passwords of its own."}
          </Text>
          <GuardedButton
            permission={mayWrite}
            variant="light"
            w="fit-content"
            leftSection={<IconEye size={16} />}
            disabled={!attestation.derived}
            onClick={() => setViewing(true)}
          >
            View secret
          </GuardedButton>
        </Stack>
        <KeysDialog
          scope={scope.id}
          group={viewing ? template : undefined}
          cli={["thing template", "show"]}
          onClose={() => setViewing(false)}
        />
      </Panel>
    </div>
  );
}
