import { Anchor, Modal, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Template } from "../../api/types";
import { CliHint } from "../../parts/CliHint";
import { CopyField } from "../../parts/CopyField";
import { useScope } from "../../scope/scope";

interface Props {
  template: Template;
  opened: boolean;
  onClose: () => void;
}

const portal = (scope: string, template: string): string =>
  `/credentials?${new URLSearchParams({ scope, new: "true", model: template }).toString()}`;

// The id that devices and the portal name the template by.
export function IdentityDialog({ template, opened, onClose }: Props) {
  const scope = useScope();
  return (
    <Modal opened={opened} onClose={onClose} title="Identity" size="lg">
      <Stack gap="sm">
        <CopyField
          label={template.id.startsWith("urn:") ? "Model urn" : "Model id (DTMI)"}
          value={template.id}
          help="The portal’s Model Id. Capitals count."
        />
        <CopyField
          label="What a device sends when it registers"
          value={JSON.stringify({ modelId: template.id })}
          help="Older ones say iotcModelId; both are understood."
        />
        <Text fz="sm">
          <Anchor component={Link} to={portal(scope.id, template.id)} inherit underline="always">
            Make a code for a new device of this template
          </Anchor>
        </Text>
        <CliHint command={["template", "identity", template.id]} flags={{ scope: scope.id }} />
      </Stack>
    </Modal>
  );
}
