import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

// Sea: chosen so that white on shade 7 and shade 3 on the dark ground both pass WCAG AA.
const sea: MantineColorsTuple = [
  "#e9f7fa",
  "#d3edf3",
  "#a5dbe7",
  "#75c8da",
  "#4fb6cd",
  "#2f9fb8",
  "#17859d",
  "#0f7085",
  "#0b5a6b",
  "#074552",
];

// The greys of the dark scheme, a little blue like its ground.
const dark: MantineColorsTuple = [
  "#dfe6e9",
  "#b9c5ca",
  "#98a8b0",
  "#6c7d86",
  "#35434a",
  "#29353a",
  "#1f292d",
  "#161c1f",
  "#12181a",
  "#0c1012",
];

// Of badges and notices: a tint below, a text above with at least 4.5 : 1 on it.
interface Tint {
  tint: string;
  text: string;
}
const LIGHT: Record<string, Tint> = {
  sea: { tint: "#e2f3f7", text: "#0b5a6b" },
  teal: { tint: "#ddf4ea", text: "#0a6347" },
  cyan: { tint: "#ddf2f7", text: "#0b5a6b" },
  blue: { tint: "#e3eefb", text: "#1c5391" },
  yellow: { tint: "#fcf1d4", text: "#7a4f00" },
  orange: { tint: "#fdebd9", text: "#8a4300" },
  red: { tint: "#fce8e7", text: "#a3262a" },
  gray: { tint: "#eceff1", text: "#4a5960" },
};
const DARK: Record<string, Tint> = {
  sea: { tint: "#10333d", text: "#8ad4e4" },
  teal: { tint: "#12352b", text: "#6fdcb3" },
  cyan: { tint: "#10333d", text: "#8ad4e4" },
  blue: { tint: "#172d47", text: "#94c2f5" },
  yellow: { tint: "#372b10", text: "#edc468" },
  orange: { tint: "#3c2612", text: "#f3b27b" },
  red: { tint: "#3e1f20", text: "#ff9f9c" },
  gray: { tint: "#263136", text: "#b3c1c8" },
};

const tints = (of: Record<string, Tint>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(of).flatMap(([name, { tint, text }]) => [
      [`--mantine-color-${name}-light`, tint],
      [`--mantine-color-${name}-light-hover`, tint],
      [`--mantine-color-${name}-light-color`, text],
    ]),
  );

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-text": "#1a2327",
    "--mantine-color-dimmed": "#55656d",
    "--mantine-color-placeholder": "#667680",
    "--mantine-color-error": "#b3282d",
    "--mantine-color-default-border": "#d3dbdf",
    "--mantine-color-gray-outline": "#4a5960",
    ...tints(LIGHT),
  },
  dark: {
    "--mantine-color-text": "#dfe6e9",
    "--mantine-color-dimmed": "#98a8b0",
    "--mantine-color-placeholder": "#8496a0",
    "--mantine-color-error": "#ff9592",
    "--mantine-color-default": "#1b2327",
    "--mantine-color-default-hover": "#222c31",
    "--mantine-color-default-border": "#35434a",
    ...tints(DARK),
  },
});

export const theme = createTheme({
  colors: { sea, dark },
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: '"Inter", system-ui, sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", ui-monospace, monospace',
  headings: { fontFamily: '"Inter", system-ui, sans-serif', fontWeight: "620" },
  defaultRadius: "sm",
  radius: { sm: "6px", md: "9px", lg: "14px" },
  fontSizes: { sm: "13.5px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Alert: { defaultProps: { radius: "md" } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, fz: "xs" } },
    Modal: {
      defaultProps: {
        centered: true,
        radius: "md",
        overlayProps: { opacity: 0.45 },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", comboboxProps: { shadow: "md" } } },
    Textarea: { defaultProps: { size: "sm" } },
    Paper: { defaultProps: { bg: "var(--berth-surface)" } },
  },
});
