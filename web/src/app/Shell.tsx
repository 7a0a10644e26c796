import { ActionIcon, AppShell, Burger, Group, Select, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKeyboard, IconLayoutSidebar } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";
import { Mark } from "../parts/Mark";
import { PageLoading } from "../parts/PageLoading";
import { ScopeProvider, useScopes } from "../scope/scope";
import { keep, kept } from "./kept";
import { Navigation } from "./Navigation";
import { OperatorMenu } from "./OperatorMenu";
import { PAGES } from "./pages";
import { RouteFence } from "./RouteFence";
import classes from "./Shell.module.css";
import { ShortcutHelp } from "./ShortcutHelp";
import { focusSearch, useShortcuts } from "./shortcuts";
import { ThemeSwitch } from "./ThemeSwitch";

const FOLDED = "sidebar";

// A device's tabs are one place: going between them keeps what it has shown.
const placeOf = (pathname: string): string => pathname.split("/").slice(0, 4).join("/");

function ScopeChooser() {
  const { scopes, scope, choose } = useScopes();
  if (scope === undefined) return null;
  return (
    <Select
      className={classes.scope}
      size="xs"
      aria-label="Scope"
      allowDeselect={false}
      searchable={scopes.length > 8}
      checkIconPosition="right"
      value={scope.id}
      data={scopes.map((each) => ({ value: each.id, label: each.displayName || each.id }))}
      onChange={(id) => id !== null && choose(id)}
    />
  );
}

export function Shell() {
  return (
    <ScopeProvider>
      <Frame />
    </ScopeProvider>
  );
}

function Frame() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [menu, { toggle: toggleMenu, close: closeMenu }] = useDisclosure(false);
  const [help, { open: openHelp, close: closeHelp }] = useDisclosure(false);
  const [folded, setFolded] = useState(() => kept(FOLDED) === "folded");

  const fold = () => {
    keep(FOLDED, folded ? null : "folded");
    setFolded(!folded);
  };
  const goTo = Object.fromEntries(
    PAGES.flatMap((group) => group.links).map((link) => [link.key, () => void navigate(link.to)]),
  );
  useShortcuts({ goTo, single: { "/": focusSearch, "?": openHelp, "[": fold } });

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: folded ? 60 : 216, breakpoint: "sm", collapsed: { mobile: !menu } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <AppShell.Header className={classes.header}>
        <Burger
          opened={menu}
          onClick={toggleMenu}
          hiddenFrom="sm"
          size="sm"
          aria-label="Menu"
          aria-expanded={menu}
        />
        <Group gap={9} wrap="nowrap" className={classes.brand}>
          <Mark />
          <Text fw={650} fz={16} lts="-0.02em" visibleFrom="xs">
            Berth
          </Text>
        </Group>
        <ScopeChooser />
        <Group gap={4} wrap="nowrap" className={classes.tools}>
          <Tooltip label="Keys (?)">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Keys"
              visibleFrom="xs"
              onClick={openHelp}
            >
              <IconKeyboard size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
          <ThemeSwitch />
          <OperatorMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} data-folded={folded || undefined}>
        <Navigation folded={folded && !menu} onGo={closeMenu} />
        <Tooltip label={folded ? "Unfold ([)" : "Fold ([)"} position="right">
          <ActionIcon
            className={classes.fold}
            variant="subtle"
            color="gray"
            visibleFrom="sm"
            aria-label={folded ? "Unfold the sidebar" : "Fold the sidebar"}
            onClick={fold}
          >
            <IconLayoutSidebar size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <div className={classes.page}>
          <RouteFence key={placeOf(pathname)}>
            <Suspense fallback={<PageLoading />}>
              <Outlet />
            </Suspense>
          </RouteFence>
        </div>
      </AppShell.Main>
      <ShortcutHelp opened={help} onClose={closeHelp} />
    </AppShell>
  );
}
