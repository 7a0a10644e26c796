import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import type { Template } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { JsonView } from "../../parts/JsonView";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { ModelEditor, useModel } from "./ModelEditor";
import { useChangeTemplate } from "./templateApi";

const whyNot = (id: string, check: ReturnType<typeof useModel>["check"]): string => {
  if (check === undefined) return "The model is not checked yet, or is not JSON.";
  if (check.problems.length > 0) return "Mend the problems of the model first.";
  return check.id === id ? "" : `The model’s id must stay ${id}.`;
};

// The model as text; another version of it can take its place.
export function ModelTab({ template }: { template: Template }) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const [text, setText] = useState<string>();
  const state = useModel(text ?? "");
  const change = useChangeTemplate(scope.id, template);
  const begin = () =>
    setText(template.model == null ? "" : JSON.stringify(template.model, null, 2));
  const cli = (
    <CliHint
      command={["template", "update", template.id]}
      flags={{ scope: scope.id, "model-file": "model.json" }}
    />
  );
  if (text === undefined) {
    return (
      <Stack gap="sm">
        <JsonView value={template.model} label="model" maxHeight={640} />
        <Group>
          <GuardedButton permission={mayWrite} variant="default" onClick={begin}>
            {template.model == null ? "Add a model" : "Change the model"}
          </GuardedButton>
        </Group>
        {cli}
      </Stack>
    );
  }
  const why = whyNot(template.id, state.check);
  return (
    <Stack gap="sm">
      <ModelEditor text={text} onText={setText} state={state} />
      {change.error ? <ErrorNotice error={change.error} /> : null}
      <Group gap="xs">
        <GuardedButton
          permission={why === "" ? mayWrite : { allowed: false, why }}
          loading={change.isPending}
          onClick={() =>
            change.mutate({ model: text }, { onSuccess: () => setText(undefined) })
          }
        >
          Save
        </GuardedButton>
        <Button variant="default" onClick={() => setText(undefined)}>
          Cancel
        </Button>
      </Group>
      {cli}
    </Stack>
  );
}
