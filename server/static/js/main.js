/** Mount each element's behaviour: `data-module="issue-map"` loads `modules/issue-map.js`. */
for (const element of document.querySelectorAll("[data-module]")) {
  const { mount } = await import(`./modules/${element.dataset.module}.js`);
  mount(element);
}
