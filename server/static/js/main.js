/**
 * Mount each element's behaviour: `data-module="issue-map"` loads `modules/issue-map.js`. All are fetched at once,
 * and mounted in the order of the page; one that fails is reported and keeps none of the others from their work.
 */
const elements = [...document.querySelectorAll("[data-module]")];
const loading = elements.map(({ dataset }) => import(`./modules/${dataset.module}.js`).catch(reportError));
for (const [place, element] of elements.entries()) {
  try {
    (await loading[place])?.mount(element);
  } catch (error) {
    reportError(error);
  }
}
