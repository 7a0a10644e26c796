import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, path } from "../../api/client";
import { isProblem } from "../../api/problem";
import { CliHint } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { usePermission } from "../../session/session";
import { ChangeList } from "./ChangeList";
import classes from "./device.module.css";
import {
  changes,
  clashes,
  compact,
  merged,
  parseObject,
  patchOf,
  type Change,
  type JsonObject,
} from "./json";
import type { Twin } from "./types";

export type Section = "tags" | "desired";

interface Props {
  hub: string;
  device: string;
  section: Section;
  twin: Twin; // as the server has it now
  onTwin: (twin: Twin) => void;
  onStale: () => void; // somebody else wrote: read it again
}

interface Draft {
  text: string;
  base: JsonObject; // what was there when the editing began
  etag: number;
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

// One section as JSON. What is sent is what was changed, and only if nobody wrote meanwhile.
export function TwinEditor({ hub, device, section, twin, onTwin, onStale }: Props) {
  const may = usePermission("operator");
  const [draft, setDraft] = useState<Draft | null>(null);
  const text = draft?.text ?? pretty(twin[section]);
  const base = draft?.base ?? twin[section];
  const parsed = parseObject(text);
  const mine = "value" in parsed ? changes(base, parsed.value) : [];
  const theirs = draft === null || draft.etag === twin.etag ? [] : changes(base, twin[section]);
  const overtaken = draft !== null && draft.etag !== twin.etag;
  const patch = patchOf(mine);

  const save = useMutation({
    mutationFn: (etag: number) =>
      api.patch<Twin>(
        path`/hubs/${hub}/devices/${device}/twin`,
        { [section]: patch },
        { version: etag },
      ),
    onSuccess: (fresh) => {
      onTwin(fresh);
      setDraft(null);
    },
    onError: (error) => {
      if (isProblem(error, "precondition_failed")) onStale();
    },
  });
  const stale = isProblem(save.error, "precondition_failed");
  const drop = () => {
    setDraft(null);
    save.reset();
  };
  const rebase = () => {
    if (draft === null) return;
    const onTop = merged(twin[section], patch);
    setDraft({ text: pretty(onTop), base: twin[section], etag: twin.etag });
    save.reset();
  };
  const ready = mine.length > 0 && !overtaken && "value" in parsed;
  const submit = () => {
    if (ready) save.mutate(draft?.etag ?? twin.etag);
  };

  return (
    <Stack gap="sm">
      <Textarea
        className={classes.editor}
        aria-label={`${section} as JSON`}
        autosize
        minRows={5}
        maxRows={24}
        spellCheck={false}
        readOnly={!may.allowed}
        value={text}
        error={"problem" in parsed ? parsed.problem : null}
        onChange={(event) =>
          setDraft({
            text: event.currentTarget.value,
            base,
            etag: draft?.etag ?? twin.etag,
          })
        }
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          submit();
        }}
      />
      {overtaken ? (
        <Overtaken mine={mine} theirs={theirs} onRebase={rebase} onDrop={drop} />
      ) : mine.length > 0 ? (
        <>
          <ChangeList changes={mine} label={`Your changes of ${section}`} />
          <CliHint
            command={["twin", "update", device]}
            flags={{
              "hub-name": hub,
              [section]: compact(patch),
              etag: draft?.etag ?? twin.etag,
            }}
          />
        </>
      ) : null}
      {save.error !== null && !stale ? <ErrorNotice error={save.error} /> : null}
      <Group gap="xs">
        <GuardedButton
          permission={may}
          size="xs"
          disabled={may.allowed && !ready}
          loading={save.isPending}
          onClick={submit}
        >
          Save {section}
        </GuardedButton>
        {draft === null ? null : (
          <Button size="xs" variant="subtle" color="gray" onClick={drop}>
            Discard
          </Button>
        )}
        {ready ? (
          <Text fz="xs" c="dimmed">
            Ctrl+Enter saves
          </Text>
        ) : null}
      </Group>
    </Stack>
  );
}

interface OvertakenProps {
  mine: Change[];
  theirs: Change[];
  onRebase: () => void;
  onDrop: () => void;
}

function Overtaken({ mine, theirs, onRebase, onDrop }: OvertakenProps) {
  const clash = clashes(mine, theirs);
  return (
    <Alert
      color="yellow"
      variant="light"
      role="alert"
      title="Somebody else changed this twin while you were writing"
    >
      <Stack gap="sm">
        {theirs.length === 0 ? (
          <Text fz="sm">They changed another part; nothing of yours is touched.</Text>
        ) : (
          <>
            <Text fz="sm">
              {clash.length === 0
                ? "What they changed is not what you changed:"
                : "They changed what you are changing, too:"}
            </Text>
            <ChangeList changes={theirs} label="Their changes" />
            {mine.length === 0 ? null : (
              <>
                <Text fz="sm">Yours:</Text>
                <ChangeList changes={mine} label="Your changes" />
              </>
            )}
          </>
        )}
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={onRebase}>
            {clash.length === 0 ? "Put mine on top" : "Put mine in place of theirs"}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={onDrop}>
            Take theirs, drop mine
          </Button>
        </Group>
        <Text fz="xs" c="dimmed">
          Nothing is sent until you save.
        </Text>
      </Stack>
    </Alert>
  );
}
