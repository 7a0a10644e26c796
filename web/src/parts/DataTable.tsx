import { Button, Center, Loader, Skeleton, Table, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useRef, type KeyboardEvent, type ReactNode } from "react";
import { useNavigate } from "react-router";
import type { Pages } from "../api/paging";
import classes from "./DataTable.module.css";
import { ErrorNotice } from "./ErrorNotice";

export interface Column<T> {
  key: string;
  header: string;
  cell: (row: T) => ReactNode;
  sort?: string; // the word the server sorts by; none: cannot be sorted
  width?: number | string;
  align?: "left" | "right";
  wide?: boolean; // left out on narrow screens
}

interface Props<T> {
  caption: string; // said to screen readers
  columns: Column<T>[];
  pages: Pages<T>;
  rowKey: (row: T) => string;
  rowHref?: (row: T) => string; // where Enter or a click on the row leads
  sort?: string; // "id" or "-id"
  onSort?: (sort: string) => void;
  empty: ReactNode;
}

interface HeadingProps<T> {
  column: Column<T>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}

function Heading<T>({ column, sort, onSort }: HeadingProps<T>) {
  const up = column.sort !== undefined && sort === column.sort;
  const down = column.sort !== undefined && sort === `-${column.sort}`;
  const sortable = column.sort !== undefined && onSort !== undefined;
  return (
    <Table.Th
      className={classes.heading}
      w={column.width}
      ta={column.align}
      data-wide={column.wide || undefined}
      aria-sort={up ? "ascending" : down ? "descending" : undefined}
    >
      {sortable ? (
        <UnstyledButton
          className={classes.sort}
          onClick={() => onSort(up ? `-${column.sort}` : (column.sort ?? ""))}
        >
          {column.header}
          {up ? <IconArrowUp size={13} aria-hidden /> : null}
          {down ? <IconArrowDown size={13} aria-hidden /> : null}
        </UnstyledButton>
      ) : (
        column.header
      )}
    </Table.Th>
  );
}

const WAITING_ROWS = 6;

function Waiting({ columns }: { columns: number }) {
  return Array.from({ length: WAITING_ROWS }, (_, row) => (
    <Table.Tr key={row}>
      {Array.from({ length: columns }, (_, column) => (
        <Table.Td key={column}>
          <Skeleton h={12} my={4} w={column === 0 ? "70%" : "45%"} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}

// j and k, or the arrows, go from row to row; Enter opens.
function moveOn(event: KeyboardEvent<HTMLTableRowElement>): void {
  const row = event.currentTarget;
  const next =
    event.key === "j" || event.key === "ArrowDown"
      ? row.nextElementSibling
      : event.key === "k" || event.key === "ArrowUp"
        ? row.previousElementSibling
        : null;
  if (next instanceof HTMLElement) {
    event.preventDefault();
    next.focus();
  }
}

// A list that the server sorts, filters and pages. On narrow screens each row becomes a card.
export function DataTable<T>(props: Props<T>) {
  const { caption, columns, pages, rowKey, rowHref, sort, onSort, empty } = props;
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);

  if (pages.error && pages.rows.length === 0) {
    return <ErrorNotice error={pages.error} onRetry={pages.reload} />;
  }
  if (!pages.isLoading && pages.rows.length === 0) {
    return <div className={classes.frame}>{empty}</div>;
  }

  const open = (row: T) => (rowHref === undefined ? undefined : void navigate(rowHref(row)));
  return (
    <div className={classes.frame} data-stale={pages.isFetching || undefined}>
      <Table className={classes.table} verticalSpacing={7} horizontalSpacing="md">
        <caption className={classes.caption}>{caption}</caption>
        <Table.Thead className={classes.head}>
          <Table.Tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body} aria-busy={pages.isLoading}>
          {pages.isLoading ? <Waiting columns={columns.length} /> : null}
          {pages.rows.map((row) => (
            <Table.Tr
              key={rowKey(row)}
              className={classes.row}
              tabIndex={rowHref === undefined ? undefined : 0}
              data-link={rowHref === undefined ? undefined : true}
              onClick={(event) => {
                const on = event.target as HTMLElement;
                if (on.closest("a, button, input, label") === null) open(row);
              }}
              onKeyDown={(event) => {
                if (event.target !== event.currentTarget) return;
                if (event.key === "Enter") open(row);
                else moveOn(event);
              }}
            >
              {columns.map((column) => (
                <Table.Td
                  key={column.key}
                  ta={column.align}
                  data-label={column.header}
                  data-wide={column.wide || undefined}
                  className={classes.cell}
                >
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {pages.error ? <ErrorNotice error={pages.error} onRetry={pages.reload} /> : null}
      <Foot pages={pages} />
    </div>
  );
}

function Foot<T>({ pages }: { pages: Pages<T> }) {
  if (pages.isLoading) return null;
  return (
    <Center className={classes.foot}>
      {pages.hasMore ? (
        <Button
          size="compact-sm"
          variant="default"
          loading={pages.isLoadingMore}
          onClick={pages.loadMore}
        >
          Load more
        </Button>
      ) : null}
      <Text c="dimmed" fz="xs" aria-live="polite">
        {pages.rows.length} {pages.rows.length === 1 ? "row" : "rows"}
        {pages.hasMore ? " so far" : ""}
      </Text>
      {pages.isFetching && !pages.isLoadingMore ? <Loader size={12} aria-label="Loading" /> : null}
    </Center>
  );
}
