import { Button } from "@mantine/core";
import { IconCompass } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "../parts/EmptyState";
import { PageHeader } from "../parts/PageHeader";

export function NotFound() {
  return (
    <>
      <PageHeader title="Not found" />
      <EmptyState
        icon={<IconCompass size={24} stroke={1.6} />}
        title="There is no such page"
        text="The address may be mistyped, or what it showed is gone."
      >
        <Button component={Link} to="/" variant="default">
          To the overview
        </Button>
      </EmptyState>
    </>
  );
}
