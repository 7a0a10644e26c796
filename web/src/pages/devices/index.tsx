import { Badge, Button, Modal, Select, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHourglass, IconPlus, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, path, type Page as ListOf } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Enrollment, FleetItem, Overview, Template } from "../../api/types";
import { CliButton } from "../../parts/CliHint";
import { DataTable } from "../../parts/DataTable";
import { EmptyState } from "../../parts/EmptyState";
import { FilterBar, type FilterField } from "../../parts/FilterBar";
import { useFilters } from "../../parts/filters";
import { GuardedButton } from "../../parts/GuardedButton";
import { PageHeader } from "../../parts/PageHeader";
import { NeedsScope } from "../../scope/NeedsScope";
import { useScope } from "../../scope/scope";
import { usePermission } from "../../session/session";
import { LiveMark } from "../overview/LiveMark";
import { fleetColumns, hrefOf } from "./columns";
import { CreateDevice } from "./CreateDevice";
import classes from "./devices.module.css";
import { CONNECTIONS, decides, FILTERS, findFlags, ORDERS, STATUSES } from "./fleet";
import { NoDevices } from "./NoDevices";
import { useFleetLive } from "./useFleetLive";
import { WaysIn } from "./WaysIn";

const CHOICES_MAX = 200;
const KEPT_MS = 60_000;

type Choice = FilterField["choices"][number];

interface Choosing<T> {
  where: string;
  limit?: number; // none: the server gives all in one page
  choice: (item: T) => Choice;
  chosen: string;
}

function useChoices<T>({ where, limit, choice, chosen }: Choosing<T>): Choice[] {
  const list = useQuery({
    queryKey: [where, "choices"],
    queryFn: ({ signal }) => api.get<ListOf<T>>(where, { limit }, signal),
    staleTime: KEPT_MS,
  });
  const found = (list.data?.items ?? []).map(choice);
  const listed = chosen === "" || found.some((each) => each.value === chosen);
  return listed ? found : [...found, { value: chosen, label: chosen }];
}

const named = (id: string, displayName: string): Choice => ({
  value: id,
  label: displayName === "" || displayName === id ? id : `${displayName} (${id})`,
});

function useFields(scope: string, chosen: typeof FILTERS): FilterField[] {
  const hubs = useChoices<{ hub: string }>({
    where: path`/scopes/${scope}/hubs`,
    choice: (link) => ({ value: link.hub, label: link.hub }),
    chosen: chosen.hub,
  });
  const groups = useChoices<Enrollment>({
    where: path`/scopes/${scope}/enrollment-groups`,
    limit: CHOICES_MAX,
    choice: (group) => named(group.id, group.displayName),
    chosen: chosen.enrollment,
  });
  const templates = useChoices<Template>({
    where: path`/scopes/${scope}/templates`,
    limit: CHOICES_MAX,
    choice: (template) => named(template.id, template.displayName),
    chosen: chosen.template,
  });
  const fields: FilterField[] = [
    { name: "status", label: "Any status", choices: STATUSES },
    { name: "connected", label: "Any connection", choices: CONNECTIONS },
  ];
  if (groups.length > 0) {
    fields.push({
      name: "enrollment",
      label: "Any enrollment",
      choices: groups,
      searchable: true,
    });
  }
  if (templates.length > 0) {
    fields.push({ name: "template", label: "Any template", choices: templates, searchable: true });
  }
  if (hubs.length > 1 || chosen.hub !== "") {
    fields.push({ name: "hub", label: "Any hub", choices: hubs });
  }
  return fields;
}

function Waiting({ count, onShow }: { count: number; onShow: () => void }) {
  if (count === 0) return null;
  return (
    <div className={classes.banner} role="status">
      <IconHourglass size={17} aria-hidden />
      <Text span fz="sm" style={{ flex: "1 1 12rem" }}>
        {count === 1 ? "1 device waits" : `${count} devices wait`} for approval.
      </Text>
      <Button size="compact-sm" variant="default" onClick={onShow}>
        Show the queue
      </Button>
    </div>
  );
}

function Devices() {
  const scope = useScope();
  const filters = useFilters(FILTERS);
  const { values } = filters;
  const may = usePermission("operator");
  const [creating, { open: openCreate, close: closeCreate }] = useDisclosure(false);
  const [enrolling, { open: openEnroll, close: closeEnroll }] = useDisclosure(false);
  const pages = usePages<FleetItem>("/fleet", { scope: scope.id, ...values });
  const live = useFleetLive(scope.id, pages.rows);
  const fields = useFields(scope.id, values);
  const overview = useQuery({
    queryKey: ["/overview", scope.id, "1"],
    queryFn: ({ signal }) =>
      api.get<Overview>("/overview", { scope: scope.id, hours: 1 }, signal),
    refetchInterval: 30_000,
  });
  const filtered = Object.entries(values).some(
    ([name, value]) => name !== "sort" && value !== "",
  );
  const columns = useMemo(
    () =>
      fleetColumns({
        recent: live.recent,
        decisions: pages.rows.some(decides),
        templates: pages.rows.some((row) => row.template !== null || row.model !== null),
      }),
    [live.recent, pages.rows],
  );
  const create = (
    <GuardedButton
      permission={may}
      size="xs"
      leftSection={<IconPlus size={15} />}
      onClick={() => {
        closeEnroll();
        openCreate();
      }}
    >
      Create device
    </GuardedButton>
  );
  const show = () => {
    live.forget();
    pages.reload();
  };

  return (
    <>
      <PageHeader
        title="Devices"
        badge={<LiveMark state={live.state} />}
        help={
          "Every device that may register, that has, or that was made by hand, in one line each: " +
          "its enrollment, its registration, its hub and its connection. Rows change by " +
          "themselves; new ones wait until you ask for them."
        }
        actions={
          <>
            <CliButton command={["device", "find"]} flags={findFlags(scope.id, values)} />
            <Button size="xs" variant="default" onClick={openEnroll}>
              Enroll
            </Button>
            {create}
          </>
        }
      />
      {values.status === "waiting" ? null : (
        <Waiting
          count={overview.data?.devices.waiting ?? 0}
          onShow={() => filters.set({ ...FILTERS, status: "waiting" })}
        />
      )}
      <FilterBar
        filters={filters}
        search={{ name: "query", placeholder: "Search by id or name" }}
        fields={fields}
      >
        <Select
          hiddenFrom="xs"
          aria-label="Order"
          allowDeselect={false}
          data={ORDERS}
          value={values.sort}
          onChange={(sort) => filters.set({ sort: sort ?? FILTERS.sort })}
        />
      </FilterBar>
      <div className={classes.news} role="status">
        {live.unseen > 0 ? (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconRefresh size={14} />}
            rightSection={<Badge size="sm">{live.unseen}</Badge>}
            onClick={show}
          >
            New or changed: show
          </Button>
        ) : null}
      </div>
      <DataTable
        caption="Devices"
        columns={columns}
        pages={pages}
        rowKey={(row) => `${row.id} ${row.status === "identity" ? row.hub : ""}`}
        rowHref={hrefOf}
        sort={values.sort}
        onSort={(sort) => filters.set({ sort })}
        empty={
          filtered ? (
            <NoDevices scope={scope.id} query={values.query} onClear={filters.clear} />
          ) : (
            <EmptyState
              title="No devices yet"
              text="Say first who may get in; then devices appear here. There are four ways:"
            >
              <WaysIn scope={scope.id} create={create} />
            </EmptyState>
          )
        }
      />
      <CreateDevice opened={creating} scope={scope.id} onClose={closeCreate} />
      <Modal opened={enrolling} onClose={closeEnroll} title="How devices get in" size="lg">
        <WaysIn scope={scope.id} create={create} />
      </Modal>
    </>
  );
}

export default function Page() {
  return (
    <NeedsScope>
      <Devices />
    </NeedsScope>
  );
}
