import { sessionToken } from "../api.js";
import { page } from "../page.js";
import { chooseLanguage } from "../tablet/release.js";

/**
 * Speaks the other language from now on: the server for what it tells, the kept app for itself.
 * @param {HTMLButtonElement} element `data-language` is the other one
 */
export function mount(element) {
  const { language } = element.dataset;

  element.addEventListener("click", async () => {
    element.disabled = true;
    try {
      const body = new URLSearchParams({ language, next: page.urls.version, csrf_token: await sessionToken() });
      await fetch("/language", { method: "POST", body });
    } catch { /* Without a connection the app alone changes; the server follows when it is asked again. */ }
    await chooseLanguage(language);
    location.reload();
  });
}
