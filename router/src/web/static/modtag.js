// The keys of the desks, and what a page does without being asked. Without this script every page still works.
"use strict";

const find = (selector, under = document) => under.querySelector(selector);
const all = (selector, under = document) => [...under.querySelectorAll(selector)];

// Where somebody writes, letters are letters.
const writing = (target) => target.closest("input, textarea, select, [contenteditable]");

function press(key) {
  const reasons = find("details.more[open]");
  const button = (reasons && find(`[data-reason="${key}"]`, reasons)) || find(`#brev [data-key="${key}"]`);
  if (!button) return false;
  if (button.tagName === "SUMMARY") button.parentElement.open = !button.parentElement.open;
  button.focus();
  if (button.tagName !== "SUMMARY") button.click();
  else if (button.parentElement.open) find("input:not([type=hidden])", button.parentElement)?.focus();
  return true;
}

// The letter after or before the one that lies open.
function step(by) {
  const letters = all("[data-letter]");
  const here = letters.findIndex((letter) => letter.hasAttribute("aria-current"));
  const next = letters[here < 0 ? 0 : here + by];
  if (next) next.click();
  return Boolean(next);
}

// What was opened to choose from is closed first; then the letter itself is put back.
function leave() {
  const open = find("details.more[open]");
  const back = find("#brev [data-leave]");
  if (!open && back) { back.click(); return true; }
  if (!open) return putBack();
  open.open = false;
  find("summary", open).focus();
  return true;
}

function putBack() {
  const open = find("[data-open]");
  if (!open || !window.htmx) return false;
  window.htmx.ajax("POST", `/post/${open.dataset.open}/tilbage`, { target: "#brev" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (writing(event.target)) {
    if (event.key === "Escape") { event.target.blur(); event.target.closest("details")?.removeAttribute("open"); }
    if (event.key === "ArrowDown" && event.target.id === "anden") find("#fundet button")?.focus();
    return;
  }
  if (find("dialog[open]")) return;
  let taken = false;
  if (event.key === "?") { find("#taster")?.showModal(); taken = true; }
  else if (event.key === "j") taken = step(1);
  else if (event.key === "k") taken = step(-1);
  else if (event.key === "Escape") taken = leave();
  else if (/^[0-9a-zæøå]$/.test(event.key)) {
    const field = find(`[data-focus="${event.key}"]`);
    if (field) { field.focus(); taken = true; } else taken = press(event.key);
  }
  if (taken) event.preventDefault();
});

// After a swap the focus stays where the reader is: on the new letter.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "brev") return;
  const open = find("#brev [data-open]");
  find(".desk")?.classList.toggle("open", Boolean(open));
  for (const letter of all("[data-letter]")) {
    letter.toggleAttribute("aria-current", letter.dataset.letter === open?.dataset.open);
    if (letter.hasAttribute("aria-current")) {
      letter.setAttribute("aria-current", "true");
      letter.scrollIntoView({ block: "nearest" });
    }
  }
  find("#brev").focus({ preventScroll: true });
  fade();
});

// What was refused is shown where the letter was: the answer is a whole page that says why.
document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status < 400 || status === 401) return;
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  event.detail.shouldSwap = true;
  event.detail.serverResponse = find("main", page)?.innerHTML ?? "";
});

// The list that somebody has moved into stays as it was read: a later answer to what was typed before must not put another
// unit under the key that is about to be pressed.
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list?.id === "fundet" && list.contains(document.activeElement)) event.detail.shouldSwap = false;
});

// An offer to take something back goes when its time is up.
function fade() {
  for (const offer of all("[data-until]")) {
    const left = Date.parse(offer.dataset.until) - Date.now();
    setTimeout(() => offer.remove(), Math.max(0, left));
  }
}
fade();

// Whoever looks at a queue sees it as it is: the server tells when it has changed, and a lost connection is said.
const desk = find("[data-desk]");
if (desk && window.EventSource) {
  const lost = find("#forbindelse");
  const source = new EventSource("/live");
  source.onopen = () => { lost.hidden = true; };
  source.onerror = () => { lost.hidden = false; };
  source.addEventListener("queue", () => {
    const open = find("[data-open]")?.dataset.open ?? "";
    window.htmx?.ajax("GET", `/post/koe?open=${open}`, { target: "#koen", swap: "innerHTML" });
  });
  source.addEventListener("version", (event) => {
    const mine = new URL(find("script[src*=modtag]").src).pathname.split("/")[2];
    if (event.data === mine) return;
    lost.textContent = "Programmet er opdateret. Hent siden igen, når du har tid.";
    lost.hidden = false;
  });
}
