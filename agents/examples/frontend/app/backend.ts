// How the widget reaches the backend: its address, and who the user is.
import type { CustomApiConfig } from "@openai/chatkit";

/** Gives the token of whoever is signed in; an app of your own asks its session here. */
async function token(): Promise<string> {
  return "lovelace";
}

export const backend: CustomApiConfig = {
  url: "http://127.0.0.1:8000/chatkit/api",

  // From the allow list of domains in OpenAI's dashboard. On localhost any text does.
  domainKey: "localhost",

  // Every request of the widget goes through here. auth_header.py reads the header.
  fetch: async (input, init) => {
    const request = new Request(input, init);
    request.headers.set("authorization", `Bearer ${await token()}`);
    return fetch(request);
  },

  // `attachments.create` first, then the bytes to the address in its answer. The other way is one POST to an
  // address of yours: { type: "direct", uploadUrl: "http://127.0.0.1:8000/chatkit/api/upload" }.
  uploadStrategy: { type: "two_phase" },
};
