/**
 * The API's documentation, drawn by Swagger UI.
 * @param {HTMLElement} element `data-spec` is the address of the OpenAPI document
 */
export function mount(element) {
  window.SwaggerUIBundle({ url: element.dataset.spec, domNode: element, validatorUrl: null, supportedSubmitMethods: [] });
}
