import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { mockServer } from "./dev/mock.ts";

// `npm run dev` talks to the real server at VIDEOLECT_SERVER, or to the small stand-in under dev/ when that is not set.
const server = process.env["VIDEOLECT_SERVER"];

export default defineConfig(({ command }) => ({
  plugins: [react(), ...(command === "serve" && !server && !process.env["VITEST"] ? [mockServer()] : [])],
  build: {
    outDir: "../src/videolect/web/static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the pages' content policy allows no data: address
    target: "es2022",
    modulePreload: { polyfill: false },
  },
  server: server ? { proxy: { "/api": server, "/media": server } } : {},
  test: { include: ["src/**/*.test.{ts,tsx}"] },
}));
