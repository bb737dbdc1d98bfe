// Keeps pages and their relative times up to date without a reload.

import { Log } from "./log.js";

const EVERY = 3000;
const AT_MOST_EVERY = 500;
const body = document.body;
const parts = new Map();

function ago(seconds) {
  if (seconds < 60) { return "just now"; }
  if (seconds < 3600) { return `${Math.floor(seconds / 60)} min ago`; }
  if (seconds < 86400) { return `${Math.floor(seconds / 3600)} h ago`; }
  return `${Math.floor(seconds / 86400)} d ago`;
}

function took(seconds) {
  if (seconds < 60) { return `${Math.max(0, Math.floor(seconds))} s`; }
  if (seconds < 3600) { return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`; }
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}

function times() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.textContent = ago((now - Date.parse(time.dateTime)) / 1000);
  }
  for (const span of document.querySelectorAll("[data-since]")) {
    span.textContent = took((now - Date.parse(span.dataset.since)) / 1000);
  }
}

function say(text) {
  const note = document.getElementById("connection");
  note.textContent = text;
  note.hidden = text === "";
}

/** Requests this page again and replaces the parts that have changed; the focus stays where it is. */
async function refresh() {
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html", "Kiln-Part": "1" } });
  if (answer.status === 401) {
    location.reload();
    return;
  }
  if (!answer.ok) { return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const fresh of page.querySelectorAll(".part[id]")) {
    const old = document.getElementById(fresh.id);
    if (!old || parts.get(fresh.id) === fresh.innerHTML) { continue; }
    parts.set(fresh.id, fresh.innerHTML);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const again = focused && (focused.id ? "#" + CSS.escape(focused.id) : focused.getAttribute("href") && `a[href="${CSS.escape(focused.getAttribute("href"))}"]`);
    old.replaceChildren(...fresh.childNodes);
    if (again) { old.querySelector(again)?.focus({ preventScroll: true }); }
  }
  document.title = page.title;
  times();
}

let wanted = 0;
let asked = 0;

/** Refreshes soon, at most once each AT_MOST_EVERY. */
function refreshSoon() {
  if (wanted) { return; }
  wanted = setTimeout(async () => {
    wanted = 0;
    asked = Date.now();
    try {
      await refresh();
    } catch {
      // The next event of the stream, or the next refresh of a list, tries again.
    }
  }, Math.max(0, asked + AT_MOST_EVERY - Date.now()));
}

function follow(address) {
  const log = new Log(document.getElementById("log-view"));
  const connect = () => {
    const stream = new EventSource(`${address}?offset=${log.offset}`);
    let ended = false;
    stream.addEventListener("open", () => say(""));
    stream.addEventListener("log", (event) => log.take(JSON.parse(event.data)));
    stream.addEventListener("changed", refreshSoon);
    stream.addEventListener("end", () => {
      ended = true;
      stream.close();
      log.view.dataset.complete = "yes";
      refreshSoon();
    });
    stream.addEventListener("error", () => {
      if (ended) { return; }
      if (stream.readyState === EventSource.CLOSED) {
        say("The connection is lost. Trying again …");
        setTimeout(() => { refreshSoon(); connect(); }, 3000);
      }
    });
  };
  connect();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-step]");
    if (link) {
      event.preventDefault();
      log.goToStep(link.dataset.step);
    }
  });
}

/** Checks a field while it is typed in, and shows where something is wrong. */
function check(field) {
  const problem = document.getElementById(field.getAttribute("aria-describedby"));
  let waiting = 0;
  const ask = async () => {
    const form = new URLSearchParams({ content: field.value, kind: field.dataset.check });
    form.set("form-token", field.form.elements["form-token"].value);
    const answer = await fetch("/ui/templates/check", { method: "POST", body: form });
    if (!answer.ok) { return; }
    const problems = await answer.json();
    field.setAttribute("aria-invalid", String(problems.length > 0));
    problem.classList.toggle("fine", problems.length === 0);
    problem.textContent = problems.length > 0 ? problems[0].message : field.value.trim() ? "Every command is understood." : "";
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 250);
  });
}

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) { event.preventDefault(); }
});
for (const part of document.querySelectorAll(".part[id]")) { parts.set(part.id, part.innerHTML); }
times();
setInterval(times, 1000);
document.querySelectorAll("textarea[data-check]").forEach(check);
if (body.dataset.stream) { follow(body.dataset.stream); }
if (body.dataset.refresh === "yes") {
  setInterval(() => { if (document.visibilityState === "visible") { refreshSoon(); } }, EVERY);
}
