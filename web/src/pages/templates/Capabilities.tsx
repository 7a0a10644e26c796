import { Badge, Table, Text, Title } from "@mantine/core";
import { useMemo } from "react";
import type { Template } from "../../api/types";
import { EmptyState } from "../../parts/EmptyState";
import { capabilitiesOf, type Capability, type Kind } from "./model";
import classes from "./templates.module.css";

const GROUPS: { kind: Kind; title: string; schema: string }[] = [
  { kind: "Telemetry", title: "Telemetry", schema: "Schema" },
  { kind: "Property", title: "Properties", schema: "Schema" },
  { kind: "Command", title: "Commands", schema: "Asks → answers" },
  { kind: "Component", title: "Components", schema: "Interface" },
  { kind: "Relationship", title: "Relationships", schema: "Schema" },
];

function Row({ each, schema }: { each: Capability; schema: string }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Text fz="sm" ff="monospace" className={classes.anywhere}>
          {each.from === "" ? "" : `${each.from}.`}
          {each.name}
        </Text>
        {each.displayName === "" || each.displayName === each.name ? null : (
          <Text fz="xs" c="dimmed">
            {each.displayName}
          </Text>
        )}
      </Table.Td>
      <Table.Td aria-label={schema}>
        <Text fz="sm" className={classes.anywhere}>
          {each.schema || "—"}
          {each.unit === "" ? "" : ` · ${each.unit}`}
        </Text>
        {each.writable ? (
          <Badge size="sm" variant="light" radius="sm" tt="none">
            writable
          </Badge>
        ) : null}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text fz="sm" c="dimmed" className={classes.anywhere}>
          {each.description}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

// What devices of the template send, keep and do.
export function Capabilities({ template }: { template: Template }) {
  const found = useMemo(() => capabilitiesOf(template.model, template.id), [template]);
  if (template.model == null) {
    return (
      <EmptyState
        title="Only the id is known"
        text="The template has no model. Devices that name its id are assigned to it all the same."
      />
    );
  }
  if (found.length === 0) return <EmptyState title="The model says nothing of what devices do" />;
  return GROUPS.map(({ kind, title, schema }) => {
    const rows = found.filter((each) => each.kind === kind);
    if (rows.length === 0) return null;
    return (
      <section key={kind} className={classes.group} aria-label={title}>
        <Title order={3} fz={13.5} fw={600} mb={6}>
          {title}{" "}
          <Text span c="dimmed" fz="xs">
            {rows.length}
          </Text>
        </Title>
        <div className={classes.capabilities}>
          <Table verticalSpacing={6} horizontalSpacing="sm" fz="sm" layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>{schema}</Table.Th>
                <Table.Th visibleFrom="sm">Description</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((each, at) => (
                <Row key={at} each={each} schema={schema} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </section>
    );
  });
}
