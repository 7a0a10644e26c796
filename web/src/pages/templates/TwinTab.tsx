import { Group, Stack } from "@mantine/core";
import { useState } from "react";
import type { Template } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { JsonField, objectOf, wrongObject } from "./JsonField";
import { useChangeTemplate } from "./templateApi";
import classes from "./templates.module.css";

const pretty = (value: unknown): string => JSON.stringify(value ?? {}, null, 2);

// What the twin of a new device starts with.
export function TwinTab({ template }: { template: Template }) {
  const scope = useScope();
  const mayWrite = usePermission("operator");
  const change = useChangeTemplate(scope.id, template);
  const [tags, setTags] = useState(() => pretty(template.initialTwin?.tags));
  const [desired, setDesired] = useState(() => pretty(template.initialTwin?.properties?.desired));
  const wrong = wrongObject(tags) !== "" || wrongObject(desired) !== "";
  const save = () =>
    change.mutate({
      initialTwin: { tags: objectOf(tags), properties: { desired: objectOf(desired) } },
    });
  const permission =
    mayWrite.allowed && wrong ? { allowed: false, why: "Both must be JSON objects." } : mayWrite;
  return (
    <Stack gap="md">
      <div className={classes.pair}>
        <JsonField
          label="Tags"
          value={tags}
          onChange={setTags}
          disabled={!mayWrite.allowed}
        />
        <JsonField
          label="Desired properties"
          value={desired}
          onChange={setDesired}
          disabled={!mayWrite.allowed}
        />
      </div>
      {change.error ? <ErrorNotice error={change.error} /> : null}
      <Group>
        <GuardedButton permission={permission} loading={change.isPending} onClick={save}>
          Save
        </GuardedButton>
      </Group>
      <CliHint
        command={["template", "update", template.id]}
        flags={{ scope: scope.id, tags: "@tags.json", desired: "@desired.json" }}
      />
    </Stack>
  );
}
