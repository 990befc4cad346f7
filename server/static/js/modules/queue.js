/**
 * Keys of the queue: j and k go to the next and the previous `[data-row]`, onto its `[data-do]` button, which
 * Enter presses, or its `[data-choose]` link.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const rows = [...element.querySelectorAll("[data-row]")];
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const isTyping = event.target.closest("input, select, textarea");
    if (!step || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    next?.querySelector("[data-do], [data-choose]").focus();
    event.preventDefault();
  });
}
