import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { mockServer } from "./mock/server.ts";

const outDir = resolve(import.meta.dirname, "../serve/dist");

/** Empties the output folder but for the committed page that stands in when Node was never run. */
function clean(): Plugin {
  return {
    name: "clean",
    apply: "build",
    buildStart() {
      for (const name of readdirSync(outDir)) {
        if (name !== "placeholder.html") rmSync(join(outDir, name), { recursive: true });
      }
    },
  };
}

// A running server to develop against; without it, made-up data answers.
const server = process.env["YAGURA_URL"];

export default defineConfig({
  plugins: [clean(), react(), ...(server ? [] : [mockServer()])],
  // The server puts the nonce of each answer in its place (serve/page.go).
  html: { cspNonce: "nonce-of-the-answer" },
  build: {
    outDir,
    emptyOutDir: false,
    target: "es2023",
    // The editor's language service is 8 MB of generated JavaScript in a worker of its own.
    chunkSizeWarningLimit: 9000,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  // The language service was written for Node and for plain scripts.
  define: { global: "globalThis" },
  server: server ? { proxy: { "^/(v1|v1\\.0|ui|subscriptions|providers)\\b": { target: server, changeOrigin: true } } } : {},
  test: {
    include: ["src/**/*.test.ts"],
    // Browsers have it; Node 20 must be asked for it.
    execArgv: process.versions.node.startsWith("20.") ? ["--harmony-json-parse-with-source"] : [],
  },
} as Parameters<typeof defineConfig>[0]);
