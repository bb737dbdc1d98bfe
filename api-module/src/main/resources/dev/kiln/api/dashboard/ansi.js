// Terminal output for the page: escape sequences become class names, never markup.

const PLAIN = Object.freeze({ classes: "" });
const ESCAPE = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
const LONGEST = 100;
const STYLES = { 1: "bold", 2: "dim", 3: "italic", 4: "underline" };

/** Whether a sequence is about colours: those that terminals have for themselves begin with another character. */
function isStyle(match) {
  return match[2] === "m" && /^[0-9;:]*$/.test(match[1]);
}

/** The style after the codes of one sequence. */
function styled(style, codes) {
  let { bold, dim, italic, underline, fore, back } = style;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === 0) {
      bold = dim = italic = underline = fore = back = undefined;
    } else if (code === 1) { bold = true;
    } else if (code === 2) { dim = true;
    } else if (code === 3) { italic = true;
    } else if (code === 4) { underline = true;
    } else if (code === 22) { bold = dim = undefined;
    } else if (code === 23) { italic = undefined;
    } else if (code === 24) { underline = undefined;
    } else if (code >= 30 && code <= 37) { fore = code - 30;
    } else if (code === 39) { fore = undefined;
    } else if (code >= 40 && code <= 47) { back = code - 40;
    } else if (code === 49) { back = undefined;
    } else if (code >= 90 && code <= 97) { fore = code - 82;
    } else if (code >= 100 && code <= 107) { back = code - 92;
    } else if (code === 38 || code === 48) {
      const near = codes[at + 1] === 5 ? of256(codes[at + 2]) : nearest(codes[at + 2], codes[at + 3], codes[at + 4]);
      at += codes[at + 1] === 5 ? 2 : 4;
      if (code === 38) { fore = near; } else { back = near; }
    }
  }
  const flags = { 1: bold, 2: dim, 3: italic, 4: underline };
  const classes = Object.keys(STYLES).filter((key) => flags[key]).map((key) => "a-" + STYLES[key]);
  if (fore !== undefined) { classes.push("f" + fore); }
  if (back !== undefined) { classes.push("b" + back); }
  return classes.length === 0 ? PLAIN : { bold, dim, italic, underline, fore, back, classes: classes.join(" ") };
}

/** Maps one of 256 colours to the nearest of our 16, which are readable on the log's background. */
function of256(index) {
  if (index < 16) { return index; }
  if (index >= 232) { return index < 238 ? 8 : index < 250 ? 7 : 15; }
  const cube = index - 16;
  return nearest(Math.floor(cube / 36) * 51, Math.floor(cube / 6) % 6 * 51, cube % 6 * 51);
}

function nearest(red, green, blue) {
  const most = Math.max(red, green, blue) || 0;
  if (most < 60) { return 8; }
  const bits = (red > most / 2 ? 1 : 0) + (green > most / 2 ? 2 : 0) + (blue > most / 2 ? 4 : 0);
  return most > 170 ? bits + 8 : bits;
}

/** The style in which the next line begins. */
export function after(line, style) {
  if (!line.includes("\u001b")) { return style; }
  for (const match of line.matchAll(ESCAPE)) {
    if (isStyle(match)) { style = styled(style, match[1].split(/[;:]/).map(Number)); }
  }
  return style;
}

/** The sequence that the text ends in the middle of, if it can become one for a style; those are short. */
export function unfinished(text) {
  return /\u001b(?:\[[0-?]*)?$/.exec(text.slice(-LONGEST))?.[0] ?? "";
}

/** Splits the line into runs of text with one style each. */
export function runs(line, style) {
  const found = [];
  let from = 0;
  const add = (text) => {
    // Removes all other control characters.
    const shown = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
    if (shown) { found.push({ text: shown, classes: style.classes }); }
  };
  for (const match of line.matchAll(ESCAPE)) {
    add(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (isStyle(match)) { style = styled(style, match[1].split(/[;:]/).map(Number)); }
  }
  add(line.slice(from));
  return found;
}

/** The text without escape sequences and control characters. */
export function plain(line) {
  return line.replace(ESCAPE, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}

export { PLAIN };
