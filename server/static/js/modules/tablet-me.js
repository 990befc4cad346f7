import { getJson, sessionToken } from "../api.js";
import { page, say } from "../page.js";
import { stamp } from "../stamp.js";

/**
 * "My own": who I am, my cells, and what this device is set to.
 * @param {HTMLElement} element with `[data-name]`, `[data-roles]`, `[data-cells]`, `[data-language]`, `[data-sign-out]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);

  function show({ person, roles, cells }) {
    part("name").textContent = person.name;
    part("roles").textContent = [...new Set(roles.map((one) => one.name))].join(say("comma"));
    if (cells.length) part("cells").replaceChildren(...cells.map((cell) => stamp(element.querySelector("template"), cell)));
  }

  async function send(address, fields = {}) {
    const body = new URLSearchParams({ ...fields, csrf_token: await sessionToken() });
    return fetch(address, { method: "POST", body });
  }

  part("language").addEventListener("click", async () => {
    await send("/language", { language: part("language").dataset.language, next: "/healthz" });
    location.reload();
  });
  part("sign-out").addEventListener("click", async () => {
    await send("/sign-out");
    location.assign("/sign-in");
  });
  getJson(page.urls.me).then(show, () => {});
}
