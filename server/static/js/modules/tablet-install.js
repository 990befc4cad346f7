/**
 * Installing as an app: the browser's own question where it has one, else how it is done on this device.
 * @param {HTMLElement} element with `[data-install]`, `[data-installed]`, `[data-how]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const isApp = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  let question = null;

  function show() {
    part("install").hidden = isApp() || !question;
    part("installed").hidden = !isApp();
    part("how").hidden = isApp() || Boolean(question);
  }

  addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); question = event; show(); });
  addEventListener("appinstalled", () => { question = null; show(); });
  part("install").addEventListener("click", async () => {
    await question.prompt();
    question = null;
    show();
  });
  show();
}
