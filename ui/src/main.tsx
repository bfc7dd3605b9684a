import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/player.css";
import "./styles/task.css";
import "./styles/pages.css";
import "./styles/language.css";
import "./styles/cuts.css";
import "./styles/audit.css";
import "./styles/search.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
