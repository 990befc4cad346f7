/**
 * Shows only the rows that hold what is typed: `[data-needle]` input, `[data-rows]` body of a table.
 * @param {HTMLElement} element around both
 */
export function mount(element) {
  const needle = element.querySelector("[data-needle]");
  const rows = element.querySelector("[data-rows]")?.rows ?? [];
  needle.addEventListener("input", () => {
    const wanted = needle.value.trim().toLowerCase();
    for (const row of rows) row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
  });
}
