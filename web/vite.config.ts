import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server replaces this word in index.html by the nonce of the response (docs/console.md).
const NONCE = "berth-nonce";

export default defineConfig(async ({ mode }) => ({
  base: "/console/",
  plugins: [react(), ...(mode === "mock" ? [(await import("./mock/plugin.ts")).mockServer()] : [])],
  html: { cspNonce: mode === "mock" ? undefined : NONCE },
  build: {
    outDir: process.env.BERTH_WEB_OUT ?? "../build/web/dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // a font as data: is refused by the content security policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "charts", test: /node_modules\/(?:recharts|d3-|victory|@mantine\/charts)/ },
            { name: "vendor", test: /node_modules/ },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
  },
}));
