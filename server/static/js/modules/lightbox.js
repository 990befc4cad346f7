/** Large photos over the page: a click opens one, arrows go on, Escape closes. Without this, the links open them plainly. */

const make = (name, text, symbol) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `lightbox-${name}`;
  button.setAttribute("aria-label", text);
  button.textContent = symbol;
  return button;
};

/**
 * @param {HTMLElement} element section with links to large photos; says the words of its buttons as `data-close`,
 * `data-next`, `data-previous`.
 */
export function mount(element) {
  const links = [...element.querySelectorAll("a[data-large]")];
  if (!links.length) return;
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  const picture = document.createElement("img");
  const words = document.createElement("p");
  const close = make("close", element.dataset.close, "×");
  const previous = make("previous", element.dataset.previous, "‹");
  const next = make("next", element.dataset.next, "›");
  dialog.append(picture, words, close, previous, next);
  element.append(dialog);
  let place = 0;

  const show = (to) => {
    place = (to + links.length) % links.length;
    const small = links[place].querySelector("img");
    picture.src = links[place].href;
    picture.alt = small.alt;
    words.textContent = `${small.alt}　${place + 1} / ${links.length}`;
    previous.hidden = next.hidden = links.length < 2;
  };

  for (const [at, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(at);
      dialog.showModal();
    });
  }
  close.addEventListener("click", () => dialog.close());
  previous.addEventListener("click", () => show(place - 1));
  next.addEventListener("click", () => show(place + 1));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(place - 1);
    if (event.key === "ArrowRight") show(place + 1);
  });
  dialog.addEventListener("close", () => links[place].focus());
}
