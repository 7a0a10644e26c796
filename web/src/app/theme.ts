import { createTheme, type MantineColorsTuple } from "@mantine/core";

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

export const theme = createTheme({
  colors: { sea },
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
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, fz: "xs" } },
    Modal: { defaultProps: { centered: true, radius: "md", overlayProps: { opacity: 0.45 } } },
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", comboboxProps: { shadow: "md" } } },
    Textarea: { defaultProps: { size: "sm" } },
    Paper: { defaultProps: { bg: "var(--berth-surface)" } },
  },
});
