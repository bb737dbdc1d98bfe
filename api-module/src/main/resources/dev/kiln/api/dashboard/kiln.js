// Keeps pages and their relative times up to date without a reload.

import { Log } from "./log.js";

const EVERY = 3000;
const AT_MOST_EVERY = 500;
const PATIENCE = 15000;
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

const lost = new Set();

/** Says so while something that keeps the page as it is does not answer. */
function tell(what, isLost) {
  if (isLost) { lost.add(what); } else { lost.delete(what); }
  const text = lost.size > 0 ? "The connection is lost. Trying again …" : "";
  const note = document.getElementById("connection");
  if (note.textContent !== text) { note.textContent = text; }
  note.hidden = text === "";
}

const word = () => document.querySelector("h1 .status")?.textContent.trim() ?? "";
let said = word();

/** Tells who does not see it when the page is about something that has another status now. */
function say() {
  const note = document.getElementById("said");
  if (!note || word() === said) { return; }
  said = word();
  note.textContent = said;
}

/** Loads the page again. What a form that was refused has answered with has an address of its own, which only takes forms. */
function reload() {
  if (body.dataset.address) { location.replace(body.dataset.address); } else { location.reload(); }
}

/** Asks for this page again and puts in what has changed; what has the focus keeps it. False: nobody has answered. */
async function refresh() {
  const answer = await fetch(body.dataset.address || location.pathname + location.search, {
    headers: { Accept: "text/html", "Kiln-Part": "1" },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.status === 401) {
    reload();
    return true;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.status < 500 && !answer.headers.has("Retry-After") && page.querySelector(".refused")) {
    // It is gone, or its visitor may not see it any more: the page says so itself.
    reload();
    return true;
  }
  if (!answer.ok) { return false; }
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
  say();
  // What runs may lose its worker, and what ended in part may go on: neither is told to whoever follows it.
  body.dataset.refresh = page.body.dataset.refresh;
  times();
  return true;
}

let wanted = 0;
let asked = 0;
let underWay = false;
let askedMeanwhile = false;

/** Soon, but not more often than makes sense, and one after the other: an older answer must not come last. */
function refreshSoon() {
  if (underWay) {
    askedMeanwhile = true;
  } else if (!wanted) {
    wanted = setTimeout(refreshNow, Math.max(0, asked + AT_MOST_EVERY - Date.now()));
  }
}

async function refreshNow() {
  wanted = 0;
  asked = Date.now();
  underWay = true;
  askedMeanwhile = false;
  let answered = false;
  try {
    answered = await refresh();
  } catch {
    // Nobody answers, or not in time.
  }
  underWay = false;
  tell("page", !answered);
  if (!answered) {
    wanted = setTimeout(refreshNow, EVERY);
  } else if (askedMeanwhile) {
    refreshSoon();
  }
}

function follow(address) {
  const log = new Log(document.getElementById("log-view"));
  let stream = null;
  let complete = false;
  let late = 0;
  const found = () => {
    clearTimeout(late);
    late = 0;
    tell("stream", false);
  };
  const leave = () => {
    stream?.close();
    stream = null;
    found();
  };
  const connect = () => {
    // Browsers have few connections to a server: pages that nobody sees must not keep them from others.
    if (stream || complete || document.visibilityState !== "visible") { return; }
    const opened = new EventSource(`${address}?offset=${log.offset}`);
    stream = opened;
    opened.addEventListener("open", () => {
      found();
      log.changed();
    });
    opened.addEventListener("log", (event) => log.take(JSON.parse(event.data)));
    opened.addEventListener("changed", refreshSoon);
    opened.addEventListener("end", () => {
      complete = true;
      leave();
      log.view.dataset.complete = "yes";
      refreshSoon();
    });
    opened.addEventListener("error", () => {
      if (stream !== opened) { return; }
      if (opened.readyState === EventSource.CLOSED) {
        stream = null;
        tell("stream", true);
        setTimeout(() => { refreshSoon(); connect(); }, EVERY);
      } else {
        // The server ends connections now and then, and the browser is back at once.
        late ||= setTimeout(() => tell("stream", true), EVERY);
      }
    });
  };
  connect();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") { connect(); } else { leave(); }
  });
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
    const content = field.value;
    const form = new URLSearchParams({ content, kind: field.dataset.check });
    form.set("form-token", field.form.elements["form-token"].value);
    let problems = null;
    try {
      const answer = await fetch("/ui/templates/check", { method: "POST", body: form, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) { problems = await answer.json(); }
    } catch {
      // Nobody answers: nothing is known of what is there now.
    }
    // What was typed meanwhile is asked about by itself.
    if (field.value !== content) { return; }
    const first = problems?.[0];
    if (problems) { field.setAttribute("aria-invalid", String(Boolean(first))); } else { field.removeAttribute("aria-invalid"); }
    problem.classList.toggle("fine", !first);
    problem.textContent = first ? first.message : problems && content.trim() ? "Every command is understood." : "";
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
setInterval(() => {
  if (body.dataset.refresh === "yes" && document.visibilityState === "visible") { refreshSoon(); }
}, EVERY);
