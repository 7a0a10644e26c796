import { Button, Tooltip, type ButtonProps } from "@mantine/core";
import type { Permission } from "../session/roles";

interface Props extends ButtonProps {
  permission: Permission;
  onClick?: () => void;
  type?: "button" | "submit";
}

// A button of an action that not everybody may do: it stays in its place and says why it is off.
export function GuardedButton({ permission, onClick, type = "button", ...rest }: Props) {
  if (permission.allowed) return <Button {...rest} type={type} onClick={onClick} />;
  return (
    <Tooltip
      label={permission.why}
      multiline
      maw={300}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Button
        {...rest}
        type="button"
        data-disabled
        aria-disabled
        aria-description={permission.why}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
