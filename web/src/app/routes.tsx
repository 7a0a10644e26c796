// Every page of the console, each loaded when it is first shown. A page is the default export of
// src/pages/NAME/index.tsx.

import { lazy } from "react";
import type { RouteObject } from "react-router";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const Overview = lazy(() => import("../pages/overview"));
const Devices = lazy(() => import("../pages/devices"));
const Device = lazy(() => import("../pages/device"));
const Credentials = lazy(() => import("../pages/credentials"));
const Templates = lazy(() => import("../pages/templates"));
const Products = lazy(() => import("../pages/products"));
const Production = lazy(() => import("../pages/production"));
const Operators = lazy(() => import("../pages/operators"));

export const routes: RouteObject[] = [
  {
    path: "/",
    element: <Shell />,
    children: [
      { index: true, element: <Overview /> },
      { path: "devices", element: <Devices /> },
      // :id is the registration id, or the device id of one made by hand.
      { path: "devices/:scope/:id/*", element: <Device /> },
      { path: "credentials/*", element: <Credentials /> },
      { path: "templates/*", element: <Templates /> },
      { path: "products/*", element: <Products /> },
      { path: "production/*", element: <Production /> },
      { path: "operators/*", element: <Operators /> },
      { path: "*", element: <NotFound /> },
    ],
  },
];
