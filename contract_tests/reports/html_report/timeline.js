// Swim lanes: an event that is pointed at, or reached by the arrow keys, is told below the picture
// and lit up in the text.

const MARGIN = 120;

function ready(lanes) {
  lanes.querySelectorAll(".mark").forEach((mark, place) => {
    mark.setAttribute("tabindex", place ? "-1" : "0");
  });
  lanes.addEventListener("scroll", () => {
    lanes.style.setProperty("--scrolled", `${lanes.scrollLeft}px`);
  });
  const wrong = lanes.querySelector(".mark.wrong .hit");
  const beyond = wrong ? wrong.x.baseVal.value + MARGIN - lanes.clientWidth : 0;
  if (beyond > 0) lanes.scrollLeft = beyond;
}

function light(mark) {
  const chart = mark.closest(".chart");
  for (const lit of chart.closest(".finding").querySelectorAll(".lit")) lit.classList.remove("lit");
  mark.classList.add("lit");
  chart.classList.add("lit");
  chart.querySelector(".at").textContent = mark.querySelector("title").textContent;
  const line = chart.parentElement.querySelector(`pre [data-n="${mark.dataset.n}"]`);
  if (line) line.classList.add("lit");
}

function step(mark, by) {
  const marks = [...mark.closest("svg").querySelectorAll(".mark")];
  const next = marks[marks.indexOf(mark) + by];
  if (!next) return;
  mark.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

for (const way of ["mouseover", "focusin", "click"]) {
  document.addEventListener(way, (event) => {
    const mark = event.target.closest(".mark");
    if (mark) light(mark);
  });
}

document.addEventListener("mouseover", (event) => {
  const line = event.target.closest("pre.text [data-n]");
  const inside = line && line.closest(".details");
  const mark = inside && inside.querySelector(`.mark[data-n="${line.dataset.n}"]`);
  if (mark) light(mark);
});

document.addEventListener("keydown", (event) => {
  const mark = event.target.closest(".mark");
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!mark || !by) return;
  event.preventDefault();
  step(mark, by);
});
