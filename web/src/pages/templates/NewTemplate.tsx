import { Anchor, Button, Checkbox, Group, Paper, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, type FormEvent } from "react";
import { Link, useNavigate } from "react-router";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { templatePage } from "./links";
import { JsonField, objectOf, wrongObject } from "./JsonField";
import { ModelEditor, useModel } from "./ModelEditor";
import { useCreateTemplate } from "./templateApi";
import classes from "./templates.module.css";

interface Fields {
  onlyId: boolean; // no model: what is left of older systems
  id: string;
  name: string;
  text: string;
  tags: string;
  desired: string;
}

const EMPTY: Fields = { onlyId: false, id: "", name: "", text: "", tags: "", desired: "" };

// Why it cannot be made yet; empty when it can.
function missing(fields: Fields, problems: number | undefined): string {
  if (wrongObject(fields.tags) !== "" || wrongObject(fields.desired) !== "") {
    return "Tags and desired properties must be JSON objects.";
  }
  if (fields.onlyId) return fields.id.trim() === "" ? "The id is missing." : "";
  if (fields.text.trim() === "") return "Paste or upload a model first.";
  if (problems === undefined) return "The model is not checked yet, or is not JSON.";
  return problems > 0 ? "Mend the problems of the model first." : "";
}

export function NewTemplate() {
  const scope = useScope();
  const navigate = useNavigate();
  const [fields, setFields] = useState(EMPTY);
  const change = (some: Partial<Fields>) => setFields((before) => ({ ...before, ...some }));
  const model = useModel(fields.onlyId ? "" : fields.text);
  const create = useCreateTemplate(scope.id);
  const mayWrite = usePermission("operator");
  const why = missing(fields, model.check?.problems.length);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why !== "" || !mayWrite.allowed) return;
    create.mutate(
      {
        ...(fields.name.trim() === "" ? {} : { displayName: fields.name.trim() }),
        ...(fields.onlyId ? { id: fields.id.trim() } : { model: fields.text }),
        initialTwin: {
          tags: objectOf(fields.tags),
          properties: { desired: objectOf(fields.desired) },
        },
      },
      {
        onSuccess: (made) => {
          notifications.show({ message: `${made.displayName} is made` });
          void navigate(templatePage(made.id));
        },
      },
    );
  };
  return (
    <>
      <Anchor component={Link} to="/templates" fz="sm">
        Device templates
      </Anchor>
      <PageHeader title="New template" lead="A device model, checked before it is kept." />
      <Paper withBorder radius="md" p="md" component="form" onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            label="Display name"
            description="The model’s own when left out."
            maxLength={128}
            maw={480}
            value={fields.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Checkbox
            label="There is no model, only an id"
            description="For devices that name an id of old, such as urn:…:1."
            checked={fields.onlyId}
            onChange={(event) => change({ onlyId: event.currentTarget.checked })}
          />
          {fields.onlyId ? (
            <TextInput
              label="Model id"
              required
              maxLength={128}
              maw={640}
              spellCheck={false}
              autoCapitalize="off"
              placeholder="urn:example:Smart_Knee_Brace:1"
              value={fields.id}
              onChange={(event) => change({ id: event.currentTarget.value })}
            />
          ) : (
            <ModelEditor text={fields.text} onText={(text) => change({ text })} state={model} />
          )}
          <div className={classes.pair}>
            <JsonField
              label="Initial tags"
              description="What the twin of a new device starts with. Its enrollment’s come first."
              value={fields.tags}
              onChange={(tags) => change({ tags })}
            />
            <JsonField
              label="Initial desired properties"
              description="Likewise; the model’s initial values are added by themselves."
              value={fields.desired}
              onChange={(desired) => change({ desired })}
            />
          </div>
          {create.error ? <ErrorNotice error={create.error} /> : null}
          <Group>
            <GuardedButton
              type="submit"
              permission={mayWrite.allowed && why !== "" ? { allowed: false, why } : mayWrite}
              loading={create.isPending}
            >
              Create template
            </GuardedButton>
            <Button component={Link} to="/templates" variant="default">
              Cancel
            </Button>
          </Group>
          <CliHint
            command={["template", "create", ...(fields.onlyId ? [fields.id || "ID"] : [])]}
            flags={{
              scope: scope.id,
              "model-file": fields.onlyId ? null : "model.json",
              "display-name": fields.name.trim() || null,
            }}
          />
        </Stack>
      </Paper>
    </>
  );
}
