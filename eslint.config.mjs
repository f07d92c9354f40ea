import js from "@eslint/js";
import globals from "globals";

export default [
    js.configs.recommended,
    {
        files: ["static/**/*.js"],
        languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-restricted-globals": ["error", "event", "self"],
            "no-unused-vars": ["error", { args: "none" }],
            "no-var": "error",
            "prefer-const": ["error", { destructuring: "all" }],
        },
    },
];
