import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

// What comes from devices and operators is shown as text, by React alone.
const AS_TEXT = "text from devices and operators is rendered as text, by React alone";

export default tseslint.config(
  { ignores: ["node_modules/", "dist/"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "max-len": ["error", { code: 100, ignoreUrls: true, ignoreRegExpLiterals: true }],
      "max-lines": ["error", 500],
      "max-params": ["error", 5],
      "max-depth": ["error", 3],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: AS_TEXT },
        { selector: "Property[key.name='dangerouslySetInnerHTML']", message: AS_TEXT },
        {
          selector: "AssignmentExpression > MemberExpression[property.name=/^(inner|outer)HTML$/]",
          message: AS_TEXT,
        },
        { selector: "CallExpression[callee.property.name='insertAdjacentHTML']", message: AS_TEXT },
        {
          selector: "JSXAttribute[name.name='href'] > Literal[value=/^(https?:)?\\/\\//]",
          message: "the console links nowhere outside",
        },
      ],
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "use src/api/client.ts" },
        { name: "EventSource", message: "use src/api/live.ts" },
        { name: "localStorage", message: "use src/app/kept.ts; nothing secret is kept there" },
      ],
    },
  },
  {
    files: ["src/api/client.ts", "src/api/live.ts", "src/app/kept.ts", "mock/**", "tests/**"],
    rules: { "no-restricted-globals": "off" },
  },
);
