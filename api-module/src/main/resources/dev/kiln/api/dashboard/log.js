// The log of an execution: all lines are in memory, and only those in the window are on the page.

import { PLAIN, after, plain, runs, unfinished } from "./ansi.js";

const ROW = 20;
const SPARE = 20;
const LONGEST = 5000;
// What a line has beyond this is only counted, since a line that is shown is read again whenever something is drawn.
const KEPT = 1_000_000;
// Browsers limit the height of elements, somewhere above this.
const MOST_PIXELS = 8_000_000;
const SEARCHED_AT_ONCE = 20_000;

export class Log {
  constructor(view) {
    this.view = view;
    this.lines = [];
    this.marks = [];
    this.beyond = new Map();
    this.rest = "";
    this.steps = new Map();
    this.offset = 0;
    this.open = false;
    this.following = !location.hash.startsWith("#L");
    this.found = [];
    this.here = -1;
    this.query = "";
    this.spacer = document.createElement("div");
    this.spacer.className = "spacer";
    this.rows = document.createElement("div");
    this.rows.className = "rows";
    this.spacer.append(this.rows);
    view.append(this.spacer);
    view.log = this;
    view.addEventListener("scroll", () => this.scrolled());
    addEventListener("resize", () => this.draw());
    addEventListener("hashchange", () => this.goToHash());
    this.tools();
  }

  /** Takes an event of the stream; a repeated one changes nothing. */
  take(event) {
    if (event.to <= this.offset) { return; }
    if (event.missing) { this.notice(event.missing); }
    for (const part of event.parts) {
      this.text(part.text, { at: event.at, kiln: part.stream === "kiln", stage: part.stage, step: part.step });
    }
    this.offset = event.to;
    this.changed();
  }

  notice(bytes) {
    this.open = false;
    this.add(`… ${bytes.toLocaleString("en")} bytes are left out here: the log has reached its limit …`, { notice: true });
  }

  text(text, mark) {
    let from = 0;
    while (from < text.length) {
      const end = text.indexOf("\n", from);
      const piece = text.slice(from, end < 0 ? undefined : end);
      if (this.open) { this.goOn(piece); } else { this.add(piece, mark); }
      this.open = end < 0;
      from = end < 0 ? text.length : end + 1;
    }
  }

  /** More of the last line; a carriage return removes what stands before it, unless it is the end so far. */
  goOn(piece) {
    const at = this.lines.length - 1;
    const from = piece.slice(0, -1).lastIndexOf("\r");
    const anew = from >= 0 || (this.returns && piece !== "");
    this.keep(at, anew ? "" : this.lines[at], from < 0 ? piece : piece.slice(from + 1));
    this.read(piece);
  }

  /** Sets a line, and counts what of the piece has no room behind the text. */
  keep(at, text, piece) {
    const room = KEPT - text.length;
    const more = Math.max(0, piece.length - room) + (text && this.beyond.get(at) || 0);
    this.lines[at] = text + (piece.length > room ? piece.slice(0, room) : piece);
    if (more > 0) { this.beyond.set(at, more); } else { this.beyond.delete(at); }
  }

  /** Follows the style through a piece; a sequence that the piece ends in the middle of is read with the next one. */
  read(piece) {
    const text = this.rest + piece;
    this.style = after(text, this.style || PLAIN);
    this.rest = unfinished(text);
    if (piece) { this.returns = piece.endsWith("\r"); }
  }

  add(line, mark) {
    this.keep(this.lines.length, "", line);
    // Lines of a part share one object as long as they begin in the same style.
    const style = this.style || PLAIN;
    const before = this.marks.at(-1);
    this.marks.push(this.part === mark && before.style === style ? before : { ...mark, style });
    this.part = mark;
    this.rest = "";
    this.returns = false;
    this.read(line);
    if (mark.kiln && mark.step && line.startsWith("[")) {
      const name = mark.stage + " " + mark.step;
      if (!this.steps.has(name)) { this.steps.set(name, this.lines.length - 1); }
    }
  }

  changed() {
    if (this.drawing) { return; }
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.view.dataset.lines = this.lines.length;
      const count = document.getElementById("log-count");
      if (count) { count.textContent = this.lines.length > 0 ? `${this.lines.length.toLocaleString("en")} lines` : "No output yet"; }
      const pixels = this.lines.length * ROW;
      this.scale = Math.max(1, pixels / MOST_PIXELS);
      this.spacer.style.height = Math.max(pixels / this.scale, 1) + "px";
      if (!this.wentToHash) { this.goToHash(); }
      if (this.following) { this.view.scrollTop = this.view.scrollHeight; }
      if (this.query) { this.search(this.query, false); }
      this.draw();
    });
  }

  scrolled() {
    const atEnd = this.view.scrollTop + this.view.clientHeight >= this.view.scrollHeight - ROW;
    // Scrolling up stops following; new lines do not.
    if (this.view.scrollTop < this.lastTop - 2 && !atEnd) { this.follow(false); } else if (atEnd) { this.follow(true); }
    this.lastTop = this.view.scrollTop;
    this.draw();
  }

  follow(on) {
    this.following = on;
    document.getElementById("log-follow")?.setAttribute("aria-pressed", String(on));
  }

  draw() {
    const scale = this.scale || 1;
    const fits = Math.ceil(this.view.clientHeight / ROW);
    const room = Math.max(0, this.lines.length - fits);
    const span = Math.max(1, this.view.scrollHeight - this.view.clientHeight);
    const top = scale === 1 ? Math.floor(this.view.scrollTop / ROW) : Math.round(this.view.scrollTop / span * room);
    const first = Math.max(0, top - SPARE);
    const end = Math.min(this.lines.length, top + fits + SPARE);
    const shown = [];
    for (let at = first; at < end; at++) { shown.push(this.row(at)); }
    const y = scale === 1 ? first * ROW : this.view.scrollTop - (top - first) * ROW;
    this.rows.style.transform = `translateY(${y}px)`;
    this.rows.replaceChildren(...shown);
  }

  row(at) {
    const mark = this.marks[at];
    const row = document.createElement("div");
    row.className = "row" + (at === this.target ? " target" : "");
    const no = document.createElement("a");
    no.className = "no";
    no.href = "#L" + (at + 1);
    no.textContent = at + 1;
    no.tabIndex = -1;
    if (mark.at) { no.title = mark.at; }
    const when = document.createElement("span");
    when.className = "at";
    when.textContent = mark.at ? mark.at.slice(11, 23).padEnd(12) : "".padEnd(12);
    const text = document.createElement("span");
    text.className = mark.notice ? "notice" : mark.kiln ? "kiln" : "out";
    this.fill(text, at);
    row.append(no, when, text);
    return row;
  }

  /** The text that the line shows: after carriage returns, only the last text. */
  shown(at) {
    let line = this.lines[at];
    if (line.endsWith("\r")) { line = line.slice(0, -1); }
    const from = line.lastIndexOf("\r");
    return from < 0 ? line : line.slice(from + 1);
  }

  fill(text, at) {
    const line = this.shown(at);
    const cut = line.length > LONGEST;
    for (const run of runs(cut ? line.slice(0, LONGEST) : line, this.marks[at].style)) {
      const span = document.createElement("span");
      if (run.classes) { span.className = run.classes; }
      this.highlight(span, run.text, at);
      text.append(span);
    }
    if (cut) {
      const more = line.length - LONGEST + (this.beyond.get(at) || 0);
      text.append(` … ${more.toLocaleString("en")} more characters`);
    }
  }

  highlight(span, text, at) {
    if (!this.query) {
      span.textContent = text;
      return;
    }
    const lower = text.toLowerCase();
    let from = 0;
    for (let hit = lower.indexOf(this.query); hit >= 0; hit = lower.indexOf(this.query, from)) {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(hit, hit + this.query.length);
      if (this.found[this.here] === at) { mark.className = "here"; }
      span.append(text.slice(from, hit), mark);
      from = hit + this.query.length;
    }
    span.append(text.slice(from));
  }

  goTo(at, marked = true) {
    this.follow(false);
    if (marked) { this.target = at; }
    const scale = this.scale || 1;
    const before = Math.floor(this.view.clientHeight / ROW / 3);
    const room = Math.max(1, this.lines.length - Math.ceil(this.view.clientHeight / ROW));
    this.view.scrollTop = scale === 1
      ? Math.max(0, at - before) * ROW
      : Math.max(0, at - before) / room * (this.view.scrollHeight - this.view.clientHeight);
    this.lastTop = this.view.scrollTop;
    this.draw();
  }

  goToHash() {
    const line = /^#L(\d{1,9})$/.exec(location.hash);
    if (line && Number(line[1]) <= this.lines.length) {
      this.wentToHash = true;
      this.goTo(Number(line[1]) - 1);
      this.view.scrollIntoView({ block: "nearest" });
    }
  }

  goToStep(name) {
    if (this.steps.has(name)) {
      this.goTo(this.steps.get(name));
      this.view.focus({ preventScroll: true });
      this.view.scrollIntoView({ block: "center" });
    }
  }

  /** Searches all lines, some at a time, so that the page stays responsive. */
  search(query, anew = true) {
    if (anew) {
      this.query = query.toLowerCase();
      this.found = [];
      this.here = -1;
      this.searched = 0;
    }
    clearTimeout(this.searching);
    if (!this.query) {
      this.tellFound();
      this.draw();
      return;
    }
    const end = Math.min(this.lines.length, this.searched + SEARCHED_AT_ONCE);
    for (let at = this.searched; at < end; at++) {
      if (at !== this.found.at(-1) && plain(this.shown(at)).toLowerCase().includes(this.query)) { this.found.push(at); }
    }
    // The last line may go on, and is looked at again then.
    this.searched = this.open && end === this.lines.length ? end - 1 : end;
    if (this.here < 0 && this.found.length > 0) {
      this.move(1);
    }
    this.tellFound();
    if (end < this.lines.length) {
      this.searching = setTimeout(() => this.search(query, false));
    }
  }

  move(by) {
    if (this.found.length === 0) { return; }
    this.here = (this.here + by + this.found.length) % this.found.length;
    this.goTo(this.found[this.here], false);
    this.tellFound();
  }

  tellFound() {
    const text = !this.query ? "" : this.found.length === 0 ? "none" : `${this.here + 1} of ${this.found.length.toLocaleString("en")}`;
    document.getElementById("log-found").textContent = text;
  }

  tools() {
    const field = document.getElementById("log-search");
    field.addEventListener("input", () => this.search(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.move(event.shiftKey ? -1 : 1);
      }
    });
    document.getElementById("log-next").addEventListener("click", () => this.move(1));
    document.getElementById("log-previous").addEventListener("click", () => this.move(-1));
    const times = document.getElementById("log-times");
    times.addEventListener("click", () => {
      const on = this.view.classList.toggle("times");
      times.setAttribute("aria-pressed", String(on));
    });
    document.getElementById("log-follow").addEventListener("click", () => {
      this.follow(!this.following);
      if (this.following) { this.view.scrollTop = this.view.scrollHeight; }
    });
    this.view.addEventListener("keydown", (event) => {
      if (event.key === "End") { this.follow(true); } else if (event.key === "Home") { this.follow(false); }
    });
  }
}
