import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Problem } from "../api/problem";

interface Props {
  error: unknown;
  onRetry?: () => void;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// What went wrong, why, and how to mend it: as the server says it.
export function ErrorNotice({ error, onRetry }: Props) {
  const problem = error instanceof Problem ? error : undefined;
  const detail = problem?.message ?? (error instanceof Error ? error.message : String(error));
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle size={18} />}
      title={problem === undefined ? "Something went wrong" : capital(problem.title)}
    >
      <Text fz="sm" component="div" style={{ overflowWrap: "anywhere" }}>
        {capital(detail)}
      </Text>
      {problem?.mend ? (
        <Text fz="sm" mt={4} component="div" style={{ overflowWrap: "anywhere" }}>
          <b>To mend it:</b> {problem.mend}
        </Text>
      ) : null}
      {onRetry !== undefined || problem?.requestId ? (
        <Group gap="sm" mt="xs">
          {onRetry === undefined ? null : (
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          {problem?.requestId ? (
            <Text c="dimmed" fz="xs" ff="monospace">
              request {problem.requestId}
            </Text>
          ) : null}
        </Group>
      ) : null}
    </Alert>
  );
}
