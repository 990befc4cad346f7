/**
 * Mount each element's behaviour: `data-module="issue-map"` loads `modules/issue-map.js`. All are fetched at once,
 * and mounted in the order of the page.
 */
const elements = [...document.querySelectorAll("[data-module]")];
const loading = elements.map(({ dataset }) => import(`./modules/${dataset.module}.js`));
for (const [place, element] of elements.entries()) (await loading[place]).mount(element);
