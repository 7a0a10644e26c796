import { Stack, Tabs } from "@mantine/core";
import { IconPlugConnected, IconQrcode } from "@tabler/icons-react";
import { Navigate, Route, Routes, useLocation, useNavigate } from "react-router";
import { PageHeader } from "../../parts/PageHeader";
import { NeedsScope } from "../../scope/NeedsScope";
import { CodeList } from "./CodeList";
import { CodeMaker } from "./CodeMaker";
import { DeviceConnection } from "./DeviceConnection";

function Portal() {
  return (
    <Stack gap="md">
      <CodeMaker />
      <CodeList />
    </Stack>
  );
}

function Credentials() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const tab = pathname.startsWith("/credentials/connection") ? "connection" : "codes";
  return (
    <>
      <PageHeader
        title={tab === "codes" ? "Credentials" : "Device connection"}
        lead={
          tab === "codes"
            ? "Codes that let one device in: a picture to scan, or letters to type."
            : "What a device needs to find this scope, and which ones may come in."
        }
        help={
          "A code is good once and for minutes. It is made for a device that is enrolled, or for " +
          "a new one in a group. Below each field stands where its value is found."
        }
      />
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate(next === "connection" ? "/credentials/connection" : "/credentials")
        }
        mb="md"
      >
        <Tabs.List>
          <Tabs.Tab value="codes" leftSection={<IconQrcode size={16} />}>
            Codes
          </Tabs.Tab>
          <Tabs.Tab value="connection" leftSection={<IconPlugConnected size={16} />}>
            Device connection
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Routes>
            <Route index element={<Portal />} />
            <Route path="connection" element={<DeviceConnection />} />
            <Route path="*" element={<Navigate to="/credentials" replace />} />
          </Routes>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

export default function Page() {
  return (
    <NeedsScope>
      <Credentials />
    </NeedsScope>
  );
}
