/**
 * Mount each element's behaviour: `data-module="issue-map"` loads `modules/issue-map.js`. All are fetched at once,
 * and mounted in the order of the page. What fails is reported, and the rest of the page works.
 */
const elements = [...document.querySelectorAll("[data-module]")];
const loading = elements.map(({ dataset }) => import(`./modules/${dataset.module}.js`));
await Promise.allSettled(loading);
for (const [place, element] of elements.entries()) {
  try {
    (await loading[place]).mount(element);
  } catch (error) {
    reportError(error);
  }
}
