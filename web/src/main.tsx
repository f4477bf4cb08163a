import "./app/nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { report, watch } from "./app/errors";
import "./main.css";

watch();

createRoot(document.getElementById("root")!, {
  onCaughtError: (error, { componentStack }) => {
    console.error(error, componentStack);
    report(error, "render");
  },
}).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
