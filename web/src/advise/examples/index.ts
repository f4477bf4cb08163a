// Files to begin with: a shop whose rollout loses requests and whose drain stalls, and programs that
// were written for Windows.

import type { SentFile } from "../../api/advise";
import project from "./Orders.csproj?raw";
import cluster from "./cluster.yaml?raw";
import dockerfile from "./Dockerfile?raw";
import packages from "./packages.config?raw";
import reports from "./Reports.csproj?raw";
import shop from "./shop.yaml?raw";
import web from "./Web.config?raw";

export const examples = {
  shop: [
    { name: "shop.yaml", text: shop },
    { name: "cluster.yaml", text: cluster },
  ],
  windows: [
    { name: "Dockerfile", text: dockerfile },
    { name: "orders/Orders.csproj", text: project },
    { name: "orders/packages.config", text: packages },
    { name: "orders/Web.config", text: web },
    { name: "reports/Reports.csproj", text: reports },
  ],
} satisfies Record<string, SentFile[]>;

export type ExampleName = keyof typeof examples;

export const isExample = (name: string | undefined): name is ExampleName => name !== undefined && Object.hasOwn(examples, name);
