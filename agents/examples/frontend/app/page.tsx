// A page with the ChatKit widget in front of a backend of your own.
// Teaches: auth header, client tool, client effect, an action handled by the page, theme. Talks to 03_tools.py.
//
//     uvicorn --app-dir agents/examples 03_tools:app
//     cd agents/examples/frontend && npm install && npm run dev      (then open http://localhost:3000)
//
// In a Next.js app the folder app/ is used as it is.
"use client";

import { type ColorScheme, ChatKit, useChatKit } from "@openai/chatkit-react";
import { useState } from "react";
import { backend } from "./backend";

export default function Page() {
  const [scheme, setScheme] = useState<ColorScheme>("light");
  const [problem, setProblem] = useState("");

  const chat = useChatKit({
    api: backend,
    theme: { colorScheme: scheme, radius: "round", color: { accent: { primary: "#0f766e", level: 2 } } },
    history: { enabled: true, showDelete: true, showRename: true },
    threadItemActions: { retry: true, feedback: true },
    startScreen: {
      greeting: "What is the weather like?",
      prompts: [
        { label: "Weather in Lisbon", prompt: "/tool Lisbon", icon: "globe" },
        { label: "Dark, please", prompt: "/client-tool dark", icon: "lightbulb" },
      ],
    },
    // `make run` and with_files.py take files. 03_tools.py refuses them until its `create_app` is given `attachments=`.
    composer: { attachments: { enabled: true, maxSize: 8 * 1024 * 1024 } },

    // What `context.client_tool(name, arguments)` asks for. What is returned starts the next turn.
    onClientTool: ({ name, params }) => {
      if (name !== "switch_theme") return { error: `this page has no tool ${name}` };
      const wanted: ColorScheme = params.theme === "dark" ? "dark" : "light";
      setScheme(wanted);
      return { theme: wanted };
    },

    // What `turn.effect(name, data)` tells. Nothing is returned.
    onEffect: ({ name, data }) => console.info("effect", name, data),

    widgets: {
      // Actions with `handler: "client"`. The others go to the backend's `@action` functions by themselves; what the
      // backend should hear of these, too, `chat.sendCustomAction` sends on.
      onAction: async (action) => {
        if (action.type !== "show_map") return;
        const city = String(action.payload?.city ?? "");
        window.open(`https://www.openstreetmap.org/search?query=${encodeURIComponent(city)}`, "_blank", "noopener");
      },
    },

    onThreadChange: ({ threadId }) => setProblem(threadId ? "" : problem),
    onError: ({ error }) => setProblem(error.message),
  });

  return (
    <main style={{ height: "100dvh", display: "grid", gridTemplateRows: "auto 1fr" }}>
      {problem && <p role="alert">{problem}</p>}
      <ChatKit control={chat.control} style={{ height: "100%" }} />
    </main>
  );
}
