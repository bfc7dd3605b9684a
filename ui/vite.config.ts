import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` shows the pages as they are edited, and asks a desk that runs on this machine (`videolect demo`).
const desk = process.env["VIDEOLECT_SERVER"] ?? "http://127.0.0.1:8750";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/videolect/web/static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the pages' content policy allows no data: address
    target: "es2022",
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": desk, "/media": desk } },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
