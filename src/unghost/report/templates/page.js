"use strict";
// The page is whole without this, but for the answers beyond the first and the switch of colours.
// All text goes in as textContent; nothing is ever read as markup.
document.addEventListener("DOMContentLoaded", () => {
  addThemeButton();
  const data = document.getElementById("answers-data");
  if (data) browse(JSON.parse(data.textContent), document.getElementById("answers-browser"));
});

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function addThemeButton() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = make("button", { type: "button", class: "theme" });
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  name();
  document.querySelector(".facts").append(button);
}

function browse(data, place) {
  const STEP = 25;
  const text = (row) => [row.question, ...Object.values(row.sides).flatMap(
    (side) => side.parts.map((part) => (typeof part === "string" ? part : part[0])))].join(" ");
  const rows = data.rows.map((row) => ({ ...row, found: text(row).toLowerCase() }));
  let shown = STEP;

  const search = make("input", { type: "search", placeholder: "Search questions and answers", "aria-label": "Search questions and answers" });
  const asks = choice("All kinds of question", data.asks);
  const level = choice("All levels", data.levels);
  const cut = make("input", { type: "checkbox" });
  const groups = make("fieldset", { class: "pills" }, make("legend", {}, data.key === "happened" ? "What happened" : "Outcome"));
  for (const name of ["", ...data.groups]) {
    const input = make("input", { type: "radio", name: "group", value: name });
    input.checked = name === "";
    const count = rows.filter((row) => !name || row[data.key] === name).length;
    groups.append(make("label", {}, input, make("span", {}, `${name || "all"} (${count})`)));
  }
  const controls = make("div", { class: "controls" }, search);
  if (data.asks.length > 1) controls.append(asks);
  if (data.levels.length > 1) controls.append(level);
  controls.append(make("label", { class: "check" }, cut, "cut off only"));
  const count = make("p", { class: "soft", role: "status" });
  const list = make("div", { class: "list" });
  const more = make("button", { type: "button", class: "more" }, "Show more");
  place.replaceChildren(groups, controls, count, list, more);

  const matching = () => {
    const group = groups.querySelector("input:checked").value;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter((row) => (!group || row[data.key] === group)
      && (!asks.value || row.asks === asks.value)
      && (!level.value || row.level === level.value)
      && (!cut.checked || row.cut)
      && words.every((word) => row.found.includes(word)));
  };
  const draw = () => {
    const found = matching();
    const all = data.total > rows.length ? `${rows.length} of ${data.total} drawn by chance` : `${rows.length}`;
    count.textContent = `${found.length} of ${all} questions`;
    list.replaceChildren(...found.slice(0, shown).map(question));
    more.hidden = found.length <= shown;
  };
  const again = () => { shown = STEP; draw(); };
  place.addEventListener("input", again);
  more.addEventListener("click", () => {
    const first = shown;
    shown += STEP;
    draw();
    list.children[first]?.querySelector("[tabindex]")?.focus();
  });
  showEvidence(list);
  draw();
}

function choice(all, values) {
  const options = values.map((value) => make("option", { value }, value));
  return make("select", { "aria-label": all }, make("option", { value: "" }, all), ...options);
}

function question(row) {
  const compared = Object.keys(row.sides).length > 1;
  const said = (side) => [side.outcome, side.cut ? "cut off" : ""];
  const line = (kind, ...words) => make("p", { class: kind }, words.filter(Boolean).join(" · "));
  const sides = Object.entries(row.sides).map(([name, side]) => {
    const pre = make("pre", {}, ...side.parts.map((part) => (typeof part === "string" ? part
      : make("span", { class: `name is-${part[1]}`, tabindex: "0", "data-evidence": part[2] }, part[0]))));
    return make("div", {}, ...(compared ? [line("side", name, ...said(side))] : []), pre);
  });
  const tags = [row.asks, row.level, row.happened, ...(compared ? [] : said(row.sides.before))];
  return make("article", { class: "example" },
    make("h3", { class: "question" }, row.question), line("tags", ...tags), ...sides);
}

// One tip for all names: it follows the focus and the pointer, and Escape closes it.
function showEvidence(list) {
  const tip = make("div", { id: "evidence", role: "tooltip" });
  tip.hidden = true;
  document.body.append(tip);
  let current = null;
  const hide = () => {
    current?.removeAttribute("aria-describedby");
    current = null;
    tip.hidden = true;
  };
  const show = (event) => {
    const name = event.target.closest?.("[data-evidence]");
    if (!name || name === current) return;
    hide();
    current = name;
    tip.textContent = name.dataset.evidence;
    tip.hidden = false;
    name.setAttribute("aria-describedby", "evidence");
    const box = name.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
    const below = box.bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below ? box.bottom + 4 : box.top - tip.offsetHeight - 4}px`;
  };
  list.addEventListener("focusin", show);
  list.addEventListener("mouseover", show);
  list.addEventListener("focusout", hide);
  list.addEventListener("mouseout", (event) => { if (event.target === current) hide(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("scroll", () => { if (current !== document.activeElement) hide(); });
}
