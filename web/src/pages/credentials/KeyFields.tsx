import { Alert, PasswordInput, SegmentedControl, Select, Text } from "@mantine/core";
import { IconInfoCircle, IconShieldLock } from "@tabler/icons-react";
import type { Enrollment, FleetItem } from "../../api/types";
import { devicePage, devicesPage } from "../../app/links";
import { useScope } from "../../scope/scope";
import classes from "./credentials.module.css";
import { ORDER, type FieldsProps } from "./fields";
import type { CodeForm } from "./form";
import { Where } from "./Where";

interface Props extends FieldsProps {
  groups: Enrollment[];
  known: FleetItem | undefined;
  isLooking: boolean;
}

const PRIVATE = {
  autoComplete: "off",
  spellCheck: false,
  autoCapitalize: "off",
  "data-1p-ignore": true,
  "data-lpignore": "true",
} as const;

// Where the key comes from. Nobody needs to type one: the server has them all.
export function KeyFields(props: Props) {
  const { form, change } = props;
  if (form.mode === "claim") return <ClaimGroup {...props} />;
  return (
    <div>
      <Text component="label" className={classes.legend} id="code-source">
        Key
      </Text>
      <SegmentedControl
        className={classes.source}
        aria-labelledby="code-source"
        value={form.source}
        onChange={(source) => change({ source: source as CodeForm["source"] })}
        data={[
          { value: "server", label: "Let the server take it" },
          { value: "typed", label: "Type it" },
        ]}
      />
      <div className={classes.below}>{fieldOf(props)}</div>
    </div>
  );
}

function fieldOf(props: Props) {
  const { form } = props;
  if (form.source === "typed") {
    return form.isNew ? <GroupKey {...props} /> : <DeviceKey {...props} />;
  }
  return form.isNew ? <GroupChoice {...props} required /> : <TakenFrom {...props} />;
}

function GroupChoice({ form, wrong, change, groups, required }: Props & { required?: boolean }) {
  return (
    <Select
      id="code-group"
      label="Group"
      inputWrapperOrder={ORDER}
      required={required}
      clearable
      searchable={groups.length > 8}
      placeholder={groups.length === 0 ? "This scope has none" : "Choose a group of the scope"}
      description={
        <Where to="/credentials/connection" place="Device connection">
          {form.mode === "claim"
            ? "The new device starts with its hubs and twin. Groups stand under"
            : "The server derives the device’s key from the group’s. Groups stand under"}
        </Where>
      }
      data={groups.map((group) => ({
        value: group.id,
        label: group.displayName === group.id ? group.id : `${group.displayName} (${group.id})`,
      }))}
      value={form.group === "" ? null : form.group}
      error={wrong.group}
      onChange={(group) => change({ group: group ?? "" })}
    />
  );
}

function ClaimGroup(props: Props) {
  if (!props.form.isNew) return <TakenFrom {...props} />;
  return <GroupChoice {...props} />;
}

function sourceText(of: FleetItem["enrollment"], isClaim: boolean): string {
  if (of === null) return "Made by hand: it has no enrollment whose key could be taken.";
  if (of.kind === "individual") {
    return isClaim ? "Has an enrollment of its own." : "Its own enrollment’s key is taken.";
  }
  return isClaim
    ? `Registered through the group ${of.id}: a claim is for new devices, or for those with an ` +
        "enrollment of their own."
    : `Of the group ${of.id}: its key is derived from the group’s.`;
}

// An existing device: by its id the server finds the enrollment, and with it the key.
function TakenFrom({ form, known, isLooking }: Props) {
  if (form.device.trim() === "") {
    return (
      <Text fz="sm" c="dimmed">
        {form.mode === "claim"
          ? "The device keeps its enrollment’s settings and gets a key of its own."
          : "Give the device’s id: the server knows its key, and nobody needs to copy it."}
      </Text>
    );
  }
  if (known === undefined) {
    return isLooking ? (
      <Text fz="sm" c="dimmed">
        Looking for {form.device.trim()} …
      </Text>
    ) : (
      <Alert color="yellow" variant="light" p="xs" icon={<IconInfoCircle size={17} />}>
        <Text fz="sm">
          This scope knows no device of that id. Choose New device
          {form.mode === "claim" ? "." : ", or type its key."}
        </Text>
      </Alert>
    );
  }
  const text = sourceText(known.enrollment, form.mode === "claim");
  return (
    <Alert color="sea" variant="light" p="xs" icon={<IconShieldLock size={17} />}>
      <Text fz="sm" className={classes.anywhere}>
        {text}
      </Text>
    </Alert>
  );
}

function DeviceKey({ form, wrong, change }: Props) {
  const scope = useScope();
  const device = form.device.trim();
  return (
    <PasswordInput
      {...PRIVATE}
      id="code-deviceKey"
      label="Device Key"
      inputWrapperOrder={ORDER}
      required
      description={
        <Where
          to={device === "" ? devicesPage() : devicePage(scope.id, device, "connect")}
          place="Connect panel"
        >
          The primary key on the device’s
        </Where>
      }
      value={form.deviceKey}
      error={wrong.deviceKey}
      onChange={(event) => change({ deviceKey: event.currentTarget.value })}
    />
  );
}

function GroupKey({ form, wrong, change }: Props) {
  return (
    <>
      <PasswordInput
        {...PRIVATE}
        id="code-groupKey"
        label="Group Key"
        inputWrapperOrder={ORDER}
        required
        description={
          <Where to="/credentials/connection" place="Device connection">
            The group’s primary key: View keys under
          </Where>
        }
        value={form.groupKey}
        error={wrong.groupKey}
        onChange={(event) => change({ groupKey: event.currentTarget.value })}
      />
      <Text fz="xs" mt={6} className={classes.promise}>
        <IconShieldLock size={15} aria-hidden />
        <span>
          It stays in this browser: the device’s key is derived from it here, and only that is sent.
        </span>
      </Text>
    </>
  );
}
