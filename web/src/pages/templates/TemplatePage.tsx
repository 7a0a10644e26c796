import { Anchor, Button, Paper, Tabs } from "@mantine/core";
import { IconId, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import type { Template } from "../../api/types";
import { devicesPage } from "../../app/links";
import { CliButton, CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { Capabilities } from "./Capabilities";
import { IdentityDialog } from "./IdentityDialog";
import { templatePage } from "./links";
import { ModelTab } from "./ModelTab";
import { useDeleteTemplate, useTemplate } from "./templateApi";
import { TwinTab } from "./TwinTab";

const TABS = ["capabilities", "model", "twin", "identity"];

export function TemplatePage() {
  const scope = useScope();
  const { template: id = "" } = useParams();
  const template = useTemplate(scope.id, id);
  if (template.isLoading) return <PageLoading />;
  if (template.data === undefined) {
    return <ErrorNotice error={template.error} onRetry={() => void template.refetch()} />;
  }
  return <Shown template={template.data} />;
}

function Shown({ template }: { template: Template }) {
  const scope = useScope();
  const navigate = useNavigate();
  const { tab: asked = "" } = useParams();
  const tab = TABS.includes(asked) ? asked : "capabilities";
  const mayWrite = usePermission("operator");
  const [deleting, setDeleting] = useState(false);
  const go = (next: string | null) =>
    void navigate(templatePage(template.id, next === "capabilities" ? "" : (next ?? "")), {
      replace: true,
    });
  return (
    <>
      <Anchor component={Link} to="/templates" fz="sm">
        Device templates
      </Anchor>
      <PageHeader
        title={template.displayName}
        lead={template.displayName === template.id ? undefined : template.id}
        actions={
          <>
            <Button leftSection={<IconId size={17} />} onClick={() => go("identity")}>
              View identity
            </Button>
            <Button
              component={Link}
              variant="default"
              to={devicesPage({ scope: scope.id, template: template.id })}
            >
              Devices
            </Button>
            <GuardedButton
              permission={mayWrite}
              variant="subtle"
              color="red"
              leftSection={<IconTrash size={16} />}
              onClick={() => setDeleting(true)}
            >
              Delete
            </GuardedButton>
            <CliButton command={["template", "show", template.id]} flags={{ scope: scope.id }} />
          </>
        }
      />
      <Tabs value={tab === "identity" ? "capabilities" : tab} onChange={go} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="capabilities">Capabilities</Tabs.Tab>
          <Tabs.Tab value="model">Model</Tabs.Tab>
          <Tabs.Tab value="twin">Initial twin</Tabs.Tab>
        </Tabs.List>
        <Paper withBorder radius="md" p="md">
          <Tabs.Panel value="capabilities">
            <Capabilities template={template} />
          </Tabs.Panel>
          <Tabs.Panel value="model">
            <ModelTab key={template.version} template={template} />
          </Tabs.Panel>
          <Tabs.Panel value="twin">
            <TwinTab key={template.version} template={template} />
          </Tabs.Panel>
        </Paper>
      </Tabs>
      <IdentityDialog template={template} opened={tab === "identity"} onClose={() => go(null)} />
      <DeleteDialog template={template} opened={deleting} onClose={() => setDeleting(false)} />
    </>
  );
}

interface DeleteProps {
  template: Template;
  opened: boolean;
  onClose: () => void;
}

function DeleteDialog({ template, opened, onClose }: DeleteProps) {
  const scope = useScope();
  const navigate = useNavigate();
  const remove = useDeleteTemplate(scope.id, template);
  return (
    <ConfirmDialog
      opened={opened}
      title="Delete the template?"
      confirm="Delete"
      cli={<CliHint command={["template", "delete", template.id]} flags={{ scope: scope.id }} />}
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate("/templates") })}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    >
      {template.displayName} is gone then. Its devices stay, unassigned.
    </ConfirmDialog>
  );
}
