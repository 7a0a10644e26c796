import { Anchor, Button, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { CliHint } from "../../parts/CliHint";
import classes from "./devices.module.css";

interface Props {
  scope: string;
  create: ReactNode; // the button that creates one device
}

interface WayProps {
  title: string;
  children: ReactNode;
}

function Way({ title, children }: WayProps) {
  return (
    <li className={classes.way}>
      <Text fw={600} fz="sm">
        {title}
      </Text>
      <Stack gap={8} mt={2} align="stretch">
        {children}
      </Stack>
    </li>
  );
}

// How devices get into the list: for somebody who has none yet, and behind "Enroll".
export function WaysIn({ scope, create }: Props) {
  return (
    <ul className={classes.ways}>
      <Way title="One device">
        <Text fz="sm" c="dimmed">
          Create it here, then take its id and key from its Connect tab.
        </Text>
        <div>{create}</div>
      </Way>
      <Way title="A phone, or a device that reads a code">
        <Text fz="sm" c="dimmed">
          A QR code or a short code that is good once; the key need not be typed.
        </Text>
        <div>
          <Button
            component={Link}
            to={`/credentials?scope=${encodeURIComponent(scope)}`}
            variant="default"
            size="xs"
          >
            Make a credential code
          </Button>
        </div>
      </Way>
      <Way title="Many devices with one group">
        <Text fz="sm" c="dimmed">
          Each derives its key from the group's; it appears here when it first registers.
        </Text>
        <CliHint command={["enrollment-group", "create", "line-7"]} flags={{ scope }} />
      </Way>
      <Way title="Products and production lines">
        <Text fz="sm" c="dimmed">
          Devices with a product secret belong to a{" "}
          <Anchor component={Link} to="/products" fz="sm">
            product
          </Anchor>
          , things with serial numbers to a{" "}
          <Anchor component={Link} to="/production" fz="sm">
            production template
          </Anchor>
          .
        </Text>
      </Way>
    </ul>
  );
}
