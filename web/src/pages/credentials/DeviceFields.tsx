import { Autocomplete, Group, Radio, Select, Text, TextInput } from "@mantine/core";
import type { FleetItem } from "../../api/types";
import { devicePage, devicesPage } from "../../app/links";
import { useScope, useScopes } from "../../scope/scope";
import classes from "./credentials.module.css";
import { ORDER, type FieldsProps } from "./fields";
import { Where } from "./Where";

interface Props extends FieldsProps {
  offered: FleetItem[];
}

// Scope Id, Existing or New, Device Id.
export function DeviceFields({ form, wrong, change, offered }: Props) {
  const scope = useScope();
  const { scopes, choose } = useScopes();
  const connect = form.device === "" ? devicesPage() : devicePage(scope.id, form.device, "connect");
  const where = (
    <Where to={connect} place="Connect panel">
      {form.isNew
        ? "Choose one: it is also the device’s name until somebody changes it. Devices in use:"
        : "Stands on the device’s"}
    </Where>
  );
  const shared = {
    id: "code-device",
    label: "Device Id",
    description: where,
    inputWrapperOrder: ORDER,
    required: true,
    autoComplete: "off",
    spellCheck: false,
    autoCapitalize: "off",
    maxLength: 128,
    value: form.device,
    error: wrong.device,
  };
  return (
    <>
      <Radio.Group
        label="Device"
        value={form.isNew ? "new" : "existing"}
        onChange={(value) => change({ isNew: value === "new" })}
        classNames={{ label: classes.legend }}
      >
        <Group gap="lg" mt={4}>
          <Radio value="existing" label="Existing device" />
          <Radio value="new" label="New device" />
        </Group>
      </Radio.Group>
      <div className={classes.pair}>
        {form.isNew ? (
          <TextInput
            {...shared}
            onChange={(event) => change({ device: event.currentTarget.value })}
          />
        ) : (
          <Autocomplete
            {...shared}
            data={offered.map((item) => item.id)}
            filter={({ options }) => options}
            renderOption={({ option }) => (
              <Option item={offered.find((item) => item.id === option.value)} id={option.value} />
            )}
            onChange={(device) => change({ device })}
          />
        )}
        <Select
          id="code-scope"
          label="Scope Id"
          inputWrapperOrder={ORDER}
          description={
            <Where to="/credentials/connection" place="Device connection">
              Stands under
            </Where>
          }
          required
          allowDeselect={false}
          data={scopes.map((each) => ({
            value: each.id,
            label: each.displayName === each.id ? each.id : `${each.id} · ${each.displayName}`,
          }))}
          value={scope.id}
          onChange={(id) => id !== null && choose(id)}
        />
      </div>
    </>
  );
}

function Option({ item, id }: { item: FleetItem | undefined; id: string }) {
  return (
    <div>
      <Text fz="sm">{id}</Text>
      {item?.displayName && item.displayName !== id ? (
        <Text fz="xs" c="dimmed">
          {item.displayName}
        </Text>
      ) : null}
    </div>
  );
}
