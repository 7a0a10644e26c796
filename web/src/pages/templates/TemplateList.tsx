import { Anchor, Button, Text } from "@mantine/core";
import { IconPlus, IconTemplate } from "@tabler/icons-react";
import { Link } from "react-router";
import { usePages } from "../../api/paging";
import type { Template } from "../../api/types";
import { CliButton } from "../../parts/CliHint";
import { DataTable, type Column } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { PageHeader } from "../../parts/PageHeader";
import { TimeAgo } from "../../parts/TimeAgo";
import { useScope } from "../../scope/scope";
import { templatePage } from "./links";
import { capabilitiesOf } from "./model";
import { templatesPath } from "./templateApi";

function summary(template: Template): string {
  if (template.model == null) return "Only its id is known";
  const found = capabilitiesOf(template.model, template.id);
  const count = (kind: string) => found.filter((each) => each.kind === kind).length;
  return (
    `${count("Telemetry")} telemetry · ${count("Property")} properties · ` +
    `${count("Command")} commands`
  );
}

const COLUMNS: Column<Template>[] = [
  {
    key: "name",
    header: "Template",
    cell: (row) => (
      <>
        <Anchor component={Link} to={templatePage(row.id)} fz="sm" fw={550}>
          {row.displayName}
        </Anchor>
        <Text fz="xs" c="dimmed" ff="monospace">
          {row.id}
        </Text>
      </>
    ),
  },
  { key: "model", header: "Model", wide: true, cell: summary },
  { key: "updated", header: "Changed", cell: (row) => <TimeAgo at={row.updatedAt} /> },
];

export function TemplateList() {
  const scope = useScope();
  const pages = usePages<Template>(templatesPath(scope.id), {});
  return (
    <>
      <PageHeader
        title="Device templates"
        lead="Models that devices are assigned to, and the twin they start with."
        help={
          "A device names a model id when it registers; the template with that id is assigned to " +
          "it by itself. A template has a device model in DTDL 2 or 3, or only an id of old."
        }
        actions={
          <>
            <Button component={Link} to="/templates/new" leftSection={<IconPlus size={16} />}>
              New template
            </Button>
            <CliButton command={["template", "list"]} flags={{ scope: scope.id }} />
          </>
        }
      />
      <DataTable
        caption="Device templates"
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.id}
        rowHref={(row) => templatePage(row.id)}
        empty={
          <EmptyState
            title="No templates yet"
            icon={<IconTemplate size={24} stroke={1.6} />}
            text="Devices come in without one, too. A template says what a kind of device can do."
          >
            <Button component={Link} to="/templates/new" mx="auto">
              New template
            </Button>
          </EmptyState>
        }
      />
    </>
  );
}
