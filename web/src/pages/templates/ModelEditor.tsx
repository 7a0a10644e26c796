import {
  Alert,
  Button,
  FileButton,
  Group,
  List,
  Loader,
  Stack,
  Text,
  Textarea,
  UnstyledButton,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleCheck, IconFileUpload } from "@tabler/icons-react";
import { useMemo, useRef, useState, type RefObject } from "react";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { jsonError, placesOf } from "./positions";
import { MODEL_BYTES_MAX, useModelCheck, type ModelCheck, type ModelProblem } from "./templateApi";
import classes from "./templates.module.css";

const SETTLE_MS = 500;


interface Parsed {
  model?: unknown;
  error?: { what: string; line: number };
}

function parse(text: string): Parsed {
  if (text.trim() === "") return {};
  if (new TextEncoder().encode(text).length > MODEL_BYTES_MAX) {
    return { error: { what: "A model has at most 512 KiB.", line: 1 } };
  }
  const error = jsonError(text);
  return error === undefined ? { model: JSON.parse(text) as unknown } : { error };
}

// Text of a model and, a moment later, what the server says of it.
export function useModel(text: string) {
  const [settled] = useDebouncedValue(text, SETTLE_MS);
  const parsed = useMemo(() => parse(settled), [settled]);
  const check = useModelCheck(settled, parsed.model !== undefined);
  const isWaiting = settled !== text || check.isFetching || check.isPlaceholderData;
  return {
    model: parsed.model,
    error: parsed.error,
    check: parsed.model === undefined || isWaiting ? undefined : check.data,
    failure: check.error,
    isWaiting,
  };
}

interface Props {
  text: string;
  onText: (text: string) => void;
  state: ReturnType<typeof useModel>;
}

// The model as text, with what is wrong beside it: a problem leads to its place.
export function ModelEditor({ text, onText, state }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [refused, setRefused] = useState("");
  const upload = (file: File | null) => {
    if (file === null) return;
    if (file.size > MODEL_BYTES_MAX) {
      setRefused(`${file.name} has more than 512 KiB.`);
      return;
    }
    setRefused("");
    void file.text().then(onText, () => setRefused(`${file.name} cannot be read.`));
  };
  return (
    <div className={classes.editor}>
      <div>
        <Group justify="space-between" mb={6}>
          <Text component="label" htmlFor="model-text" fz="sm" fw={500}>
            Model (DTDL, as JSON)
          </Text>
          <FileButton accept="application/json,.json" onChange={upload}>
            {(props) => (
              <Button
                {...props}
                variant="default"
                size="compact-sm"
                leftSection={<IconFileUpload size={15} />}
              >
                Upload a file
              </Button>
            )}
          </FileButton>
        </Group>
        <Textarea
          ref={area}
          id="model-text"
          classNames={{ input: classes.text }}
          placeholder={'{\n  "@context": "dtmi:dtdl:context;3",\n  "@id": "dtmi:…;1", …'}
          spellCheck={false}
          autoCapitalize="off"
          autosize
          minRows={14}
          maxRows={30}
          wrap="off"
          value={text}
          error={refused}
          aria-describedby="model-findings"
          onChange={(event) => onText(event.currentTarget.value)}
        />
      </div>
      <div id="model-findings" aria-live="polite">
        <Findings text={text} state={state} area={area} />
      </div>
    </div>
  );
}

interface FindingsProps {
  text: string;
  state: ReturnType<typeof useModel>;
  area: RefObject<HTMLTextAreaElement | null>;
}

function Findings({ text, state, area }: FindingsProps) {
  if (text.trim() === "") {
    return (
      <Text fz="sm" c="dimmed">
        Paste a model, or upload its file. DTDL 2 and 3: one interface, or an array with the
        interfaces it uses. Nothing is kept before you say so.
      </Text>
    );
  }
  if (state.error !== undefined) {
    return (
      <Alert color="red" variant="light" icon={<IconAlertTriangle size={17} />} title="Not JSON">
        <Text fz="sm" className={classes.anywhere}>
          Line {state.error.line}: {state.error.what}
        </Text>
      </Alert>
    );
  }
  if (state.failure) return <ErrorNotice error={state.failure} />;
  if (state.check === undefined) {
    return (
      <Group gap="xs">
        <Loader size={14} aria-hidden />
        <Text fz="sm" c="dimmed">
          Checking …
        </Text>
      </Group>
    );
  }
  const { problems } = state.check;
  return problems.length === 0 ? (
    <Good check={state.check} />
  ) : (
    <Problems problems={problems} text={text} area={area} />
  );
}

function Good({ check }: { check: ModelCheck }) {
  const counts = [
    [check.interfaces, "interface", "interfaces"],
    [check.telemetry, "telemetry", "telemetry"],
    [check.properties, "property", "properties"],
    [check.commands, "command", "commands"],
  ] as const;
  return (
    <Alert color="teal" variant="light" icon={<IconCircleCheck size={17} />} title="A good model">
      <Text fz="sm" ff="monospace" className={classes.anywhere}>
        {check.id}
      </Text>
      <Text fz="sm" mt={4}>
        {counts.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`).join(" · ")}
      </Text>
    </Alert>
  );
}

interface ProblemsProps {
  problems: ModelProblem[];
  text: string;
  area: FindingsProps["area"];
}

function Problems({ problems, text, area }: ProblemsProps) {
  const placeOf = useMemo(() => placesOf(text), [text]);
  const show = (pointer: string) => {
    const field = area.current;
    if (field === null) return;
    const { from, to, line } = placeOf(pointer);
    field.focus();
    field.setSelectionRange(from, to);
    const lines = text.split("\n").length;
    field.scrollTop = Math.max(0, ((line - 4) / lines) * field.scrollHeight);
  };
  return (
    <Stack gap={6}>
      <Text fz="sm" fw={600}>
        {problems.length === 1 ? "1 problem" : `${problems.length} problems`}
      </Text>
      <List listStyleType="none" spacing={6} className={classes.problems}>
        {problems.map((problem, at) => (
          <List.Item key={at}>
            <UnstyledButton className={classes.problem} onClick={() => show(problem.where)}>
              <span className={classes.where}>
                line {placeOf(problem.where).line}
                <code>{problem.where === "" ? "the whole model" : problem.where}</code>
              </span>
              <Text fz="sm" component="span" display="block">
                {problem.what}
              </Text>
              {problem.mend === "" ? null : (
                <Text fz="xs" c="dimmed" component="span" display="block">
                  {problem.mend}
                </Text>
              )}
            </UnstyledButton>
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
