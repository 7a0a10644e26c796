import { Button, Group, Kbd, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import classes from "./FilterBar.module.css";
import type { FilterDefaults, Filters } from "./filters";

const SETTLE_MS = 250;

interface Choice {
  value: string;
  label: string;
}

export interface FilterField {
  name: string;
  label: string; // "Any status": shown when nothing is chosen
  choices: Choice[];
  searchable?: boolean;
}

interface Props<F extends FilterDefaults> {
  filters: Filters<F>;
  search?: { name: string; placeholder: string };
  fields?: FilterField[];
  children?: ReactNode; // at the right end
}

interface SearchProps {
  value: string;
  placeholder: string;
  onSearch: (text: string) => void;
}

function SearchBox({ value, placeholder, onSearch }: SearchProps) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  // The address changed by itself: back button, or "Clear".
  if (seen !== value) {
    setSeen(value);
    if (text.trim() !== value) setText(value);
  }
  const settle = useDebouncedCallback((next: string) => onSearch(next.trim()), SETTLE_MS);
  return (
    <TextInput
      className={classes.search}
      size="sm"
      type="search"
      aria-label={placeholder}
      placeholder={placeholder}
      data-search
      spellCheck={false}
      maxLength={128}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text === "" ? <Kbd size="xs">/</Kbd> : undefined}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") onSearch(text.trim());
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}

// The search field (key /) and the filters of a list; all of them are in the address.
export function FilterBar<F extends FilterDefaults>(props: Props<F>) {
  const { filters, search, fields = [], children } = props;
  const change = (name: string, value: string) => filters.set({ [name]: value } as Partial<F>);
  return (
    <Group gap="xs" mb="sm" role="search" className={classes.bar}>
      {search === undefined ? null : (
        <SearchBox
          value={filters.values[search.name] ?? ""}
          placeholder={search.placeholder}
          onSearch={(text) => change(search.name, text)}
        />
      )}
      {fields.map((field) => (
        <Select
          key={field.name}
          className={classes.field}
          size="sm"
          aria-label={field.label}
          placeholder={field.label}
          data={field.choices}
          searchable={field.searchable ?? false}
          clearable
          value={filters.values[field.name] === "" ? null : (filters.values[field.name] ?? null)}
          onChange={(value) => change(field.name, value ?? "")}
        />
      ))}
      {filters.active > 0 ? (
        <Button
          size="sm"
          variant="subtle"
          color="gray"
          leftSection={<IconX size={15} />}
          onClick={filters.clear}
        >
          Clear
        </Button>
      ) : null}
      {children === undefined ? null : <div className={classes.end}>{children}</div>}
    </Group>
  );
}
