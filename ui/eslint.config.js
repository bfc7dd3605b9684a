import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const rawHtml = "User text is shown as React text nodes only; raw HTML is never rendered.";

export default tseslint.config(
  { ignores: ["node_modules/**", "src/api/schema.d.ts"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: rawHtml },
        { selector: "Property[key.name='dangerouslySetInnerHTML']", message: rawHtml },
        { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]", message: rawHtml },
        { selector: "CallExpression[callee.name='eval']", message: "No code from text." },
        { selector: "[property.name='randomUUID']", message: "It is missing where a desk is plain http: use uuid of lib/uuid.ts." },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      eqeqeq: "error",
    },
  },
  { files: ["src/lib/uuid.ts", "src/**/*.test.ts"], rules: { "no-restricted-syntax": "off" } },
);
