import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/theme.css";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";
import { styleNonce } from "./app/nonce";
import { makeQueryClient } from "./app/queries";
import { reloadAfterUpdate } from "./app/reload";
import { routes } from "./app/routes";
import { cssVariables, theme } from "./app/theme";
import { SessionGate } from "./session/SessionGate";

reloadAfterUpdate();

const router = createBrowserRouter(routes, { basename: "/console" });
const queries = makeQueryClient();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => styleNonce}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <SessionGate>
          <RouterProvider router={router} />
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
