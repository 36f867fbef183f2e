// Findings that do not match are hidden, and groups that have none left.

const FIELDS = ["verdict", "level", "area", "place", "on"];
const form = document.getElementById("filters");
const findings = [...document.querySelectorAll(".finding")];
const texts = new Map();

function textOf(finding) {
  if (!texts.has(finding)) {
    const title = finding.closest(".group").querySelector("h3").textContent;
    const seen = finding.querySelector("summary").textContent;
    texts.set(finding, `${finding.dataset.rule} ${title} ${seen}`.toLowerCase());
  }
  return texts.get(finding);
}

function chosen() {
  const choices = FIELDS.map((name) => [name, document.getElementById(`f-${name}`)?.value]);
  return {
    choices: choices.filter(([, value]) => value),
    words: document.getElementById("f-words").value.toLowerCase().split(/\s+/).filter(Boolean),
    red: document.getElementById("f-red").checked,
  };
}

function matches(finding, { choices, words, red }) {
  return (!red || finding.classList.contains("red"))
    && choices.every(([name, value]) => (finding.dataset[name] || "").split(name === "place" ? " " : "\n").includes(value))
    && words.every((word) => textOf(finding).includes(word));
}

function filter() {
  const asked = chosen();
  let shown = 0;
  for (const finding of findings) {
    finding.hidden = !matches(finding, asked);
    shown += !finding.hidden;
  }
  const isAny = asked.red || asked.choices.length > 0 || asked.words.length > 0;
  for (const rest of document.querySelectorAll(".rest")) {
    const found = rest.querySelectorAll(".finding:not([hidden])").length;
    rest.hidden = !found;
    rest.open = isAny && found > 0;
  }
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.querySelector(".finding:not([hidden])");
  }
  const all = findings.length;
  const words = `${shown === all ? "" : `${shown} of `}${all} finding${all === 1 ? "" : "s"}`;
  document.getElementById("shown").textContent = words;
}

function unfilter() {
  form.reset();
  filter();
}

if (form) {
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter)); // the fields are emptied after the event
  form.addEventListener("submit", (event) => event.preventDefault());
}
