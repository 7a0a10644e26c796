import { Autocomplete, Text } from "@mantine/core";
import type { Template } from "../../api/types";
import { templatePage } from "../templates/links";
import { ORDER, type FieldsProps } from "./fields";
import { Where } from "./Where";

interface Props extends FieldsProps {
  templates: Template[];
}

// Model Id: a template of the scope, or any other id.
export function ModelField({ form, wrong, change, templates }: Props) {
  const chosen = templates.find((template) => template.id === form.model.trim());
  return (
    <Autocomplete
      id="code-model"
      label="Model Id"
      inputWrapperOrder={ORDER}
      placeholder="dtmi:com:example:Thermostat;1"
      description={
        <Where
          to={chosen === undefined ? "/templates" : templatePage(chosen.id)}
          place="View identity"
        >
          Optional: the template the device is assigned to. Stands on a template under
        </Where>
      }
      autoComplete="off"
      spellCheck={false}
      autoCapitalize="off"
      maxLength={512}
      data={templates.map((template) => template.id)}
      renderOption={({ option }) => {
        const template = templates.find((each) => each.id === option.value);
        return (
          <div style={{ minWidth: 0 }}>
            <Text fz="sm">{template?.displayName ?? option.value}</Text>
            <Text fz="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              {option.value}
            </Text>
          </div>
        );
      }}
      value={form.model}
      error={wrong.model}
      onChange={(model) => change({ model })}
    />
  );
}
