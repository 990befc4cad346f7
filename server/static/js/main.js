/**
 * Mount each element's behaviour: `data-module="issue-map"` loads `modules/issue-map.js`. They are fetched together and
 * mounted in the order of the page; one that fails is reported and keeps none of the others from their work. What follows waits
 * for a promise that `mount` gives, but not for long.
 *
 * What lies in a `[data-later]` is loaded once the rest is drawn, or as soon as it is turned to; `[data-first]` in it is not.
 * A view that is `inert` is so until then. A module that is mounted later hears what was told before by `hearNow`.
 * `<html data-mounted>`: all are.
 */
const [IDLE_MS, PATIENCE_MS] = [500, 3_000];
const later = [...document.querySelectorAll("[data-later]")];

async function mountAll(elements) {
  const loading = elements.map(({ dataset }) => import(`./modules/${dataset.module}.js`).catch(reportError));
  for (const [place, element] of elements.entries()) {
    try {
      const done = (await loading[place])?.mount(element);
      if (done) await Promise.race([done, patience()]);
    } catch (error) {
      reportError(error);
    }
  }
}

const patience = () => new Promise((done) => { setTimeout(done, PATIENCE_MS); });

/** A moment with nothing to do, or at which another part is turned to. */
const idle = () => new Promise((done) => {
  addEventListener("hashchange", done, { once: true });
  if (window.requestIdleCallback) requestIdleCallback(done, { timeout: IDLE_MS });
  else setTimeout(done, IDLE_MS / 10);
});

const isLater = (element) => element.closest("[data-later]") && !element.matches("[data-first]");
const all = [...document.querySelectorAll("[data-module]")];
await mountAll(all.filter((element) => !isLater(element)));
while (later.length) {
  await idle();
  const next = later.find((part) => !part.hidden) ?? later[0];
  later.splice(later.indexOf(next), 1);
  await mountAll(all.filter((element) => isLater(element) && next.contains(element)));
  next.inert = false;
}
document.documentElement.dataset.mounted = "";
