import { Anchor, VisuallyHidden } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import classes from "./credentials.module.css";

interface Props {
  children: ReactNode; // where the value stands
  to: string;
  place: string; // what the link says
}

// Says below a field where its value is found. The place opens beside this page: what was typed
// here is kept nowhere else.
export function Where({ children, to, place }: Props) {
  return (
    <span>
      {children}{" "}
      <Anchor
        component={Link}
        to={to}
        target="_blank"
        rel="noopener"
        inherit
        className={classes.place}
      >
        {place}
        <IconExternalLink size={12} aria-hidden />
        <VisuallyHidden> (opens in a new tab)</VisuallyHidden>
      </Anchor>
    </span>
  );
}
