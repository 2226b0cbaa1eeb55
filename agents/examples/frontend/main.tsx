// Starts the page without a framework. Next.js needs neither this file nor index.html: it finds app/page.tsx.
import { createRoot } from "react-dom/client";
import Page from "./app/page";

const root = document.getElementById("root");
if (root) createRoot(root).render(<Page />);
