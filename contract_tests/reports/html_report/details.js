// The inside of a finding is one text until somebody opens it: thousands of them cost little.

const COPIED_FOR = 1500;

function fill(finding) {
  const source = finding.querySelector(":scope > noscript");
  if (!source) return;
  const inside = document.createElement("div");
  inside.className = "inside";
  inside.innerHTML = source.textContent; // escaped where the page was made; the policy lets nothing run
  source.replaceWith(inside);
  for (const place of inside.querySelectorAll(".command")) {
    place.append(copyButton(() => place.querySelector("code").textContent, "Copy the command"));
  }
  for (const text of inside.querySelectorAll("pre.text")) {
    const frame = document.createElement("div");
    frame.className = "verbatim";
    text.replaceWith(frame);
    frame.append(text, copyButton(() => headed(frame, text), "Copy the text"));
  }
  for (const lanes of inside.querySelectorAll(".lanes")) ready(lanes);
}

function headed(frame, text) {
  let before = frame.previousElementSibling;
  if (before && before.matches(".chart")) before = before.previousElementSibling;
  return before && before.matches("h4") ? `${before.textContent}\n${text.textContent}` : text.textContent;
}

function copyButton(text, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", async () => {
    await copy(text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, COPIED_FOR);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page from a file may have no clipboard of its own.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

// Toggle does not bubble; it is heard on its way down.
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches(".finding")) fill(event.target);
}, true);
