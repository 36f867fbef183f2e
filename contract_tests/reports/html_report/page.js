// Links that open what they name, light and dark, the matrix by the arrow keys, and print.

const root = document.documentElement;
root.classList.add("scripts");

function show(name) {
  const goal = name && document.getElementById(name);
  if (!goal) return;
  if (goal.closest("[hidden]")) unfilter();
  for (let outer = goal; outer; outer = outer.parentElement) {
    if (outer.matches("details") && !outer.open) {
      outer.open = true;
      if (outer.matches(".finding")) fill(outer);
    }
  }
  goal.scrollIntoView({ block: "start" });
  if (goal.matches("details")) goal.querySelector("summary").focus({ preventScroll: true });
}

function named() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

window.addEventListener("hashchange", () => show(named()));
document.addEventListener("click", (event) => {
  // A link to where the page is already changes no address.
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) show(named());
  const opened = event.target.closest("summary");
  if (opened && opened.parentElement.id) history.replaceState(null, "", `#${opened.parentElement.id}`);
});

// Light and dark: as the system has it, until somebody chooses.
const theme = document.getElementById("theme");
const KEPT = "contract-report-theme";

function isDark() {
  return (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
}

function tellTheme() {
  theme.setAttribute("aria-pressed", String(isDark()));
}

try {
  const kept = localStorage.getItem(KEPT);
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
} catch { /* a page from a file may keep nothing */ }
tellTheme();
theme.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  tellTheme();
  try {
    localStorage.setItem(KEPT, root.dataset.theme);
  } catch { /* it lasts as long as the page */ }
});

// The matrix: one stop for the tab key, and arrows from cell to cell.
const matrix = document.querySelector(".matrix");
const all = document.getElementById("all-rules");

function visibleRows() {
  return [...matrix.rows].filter((row) => row.offsetParent !== null);
}

function move(link, down, right) {
  const cell = link.closest("td, th");
  const rows = visibleRows();
  let column = cell.cellIndex;
  let place = rows.indexOf(cell.parentElement);
  const links = [...cell.querySelectorAll("a")];
  const beside = links[links.indexOf(link) + right];
  if (right && beside) return beside;
  for (;;) {
    place += down;
    column += right;
    const goal = rows[place]?.cells[column];
    if (!goal) return null;
    const found = [...goal.querySelectorAll("a")];
    if (found.length) return right < 0 ? found.at(-1) : found[0];
  }
}

function stop(link) {
  for (const each of matrix.querySelectorAll('a[tabindex="0"]')) each.tabIndex = -1;
  link.tabIndex = 0;
}

if (matrix) {
  const links = [...matrix.querySelectorAll("a")];
  for (const link of links) link.tabIndex = -1;
  const first = links.find((link) => link.matches("tr:not(.quiet) a")) || links[0];
  if (first) stop(first);
  matrix.addEventListener("keydown", (event) => {
    const ways = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
    const way = ways[event.key];
    const goal = way && event.target.matches("a") && move(event.target, ...way);
    if (!way) return;
    event.preventDefault();
    if (goal) {
      stop(goal);
      goal.focus();
    }
  });
  if (all) {
    const shorten = () => matrix.classList.toggle("short", !all.checked);
    all.addEventListener("input", shorten);
    shorten();
  }
}

// On paper everything is open.
let closed = [];
window.addEventListener("beforeprint", () => {
  document.querySelectorAll(".finding:not([hidden])").forEach(fill);
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const each of closed) each.open = true;
});
window.addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
});

show(named());
