"use strict";
(() => {
  const TONES = ["plain", "good", "attention", "bad", "unread"];
  const STEP = 100, MORE = 500, MOST = 2000;
  // Positions in a row of the data; see data.rs.
  const ARN = 0, NAME = 1, ABOUT = 2, DAYS = 3, EXPIRES = 4, FLAGS = 5, STORY = 6, CELLS = 7;
  // Columns of the table with a filter.
  const FILTERED = [2, 3, 4, 5, 6, 8];
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find("data").textContent);
  const { texts, cells, items, rows } = data;
  const state = { column: 0, descending: false, shown: [], limit: STEP, opened: new Set() };

  const insert = (text, row) => (text.includes("\u0001") ? text.replaceAll("\u0001", () => row[ARN]) : text);
  const words = (position, row) => insert(texts[position], row);
  // A cell is its text, or its text, tone and note.
  const cellOf = (position, row) => {
    const cell = cells[position];
    if (typeof cell === "number") return { text: words(cell, row), tone: "plain", note: "" };
    return { text: words(cell[0], row), tone: TONES[cell[1]], note: cell.length > 2 ? words(cell[2], row) : "" };
  };
  const cellAt = (row, column) => cellOf(column === 0 ? row[EXPIRES] : row[CELLS + column - 2], row);
  const positionAt = (row, column) => row[CELLS + column - 2];

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const showCell = (into, cell) => {
    const span = into.appendChild(element("span", cell.tone, cell.text));
    if (!cell.note) return;
    if (cell.tone === "unread") span.title = cell.note;
    into.appendChild(element("span", "note", cell.note));
  };

  const facts = (list, row) => {
    const made = element("dl");
    for (const [term, value] of list) {
      made.appendChild(element("dt", "", words(term, row)));
      showCell(made.appendChild(element("dd")), cellOf(value, row));
    }
    return made;
  };
  const lines = (list, row) => {
    const made = element("ul");
    for (const [term, value] of list) {
      const cell = cellOf(value, row);
      const line = made.appendChild(element("li"));
      line.append(element("strong", cell.tone, words(term, row)), " ", element("span", "", cell.text));
    }
    return made;
  };
  const steps = (list, row) => {
    const made = element("ol");
    for (const [term, value] of list) {
      const step = made.appendChild(element("li", "", words(term, row)));
      const command = cellOf(value, row).text;
      if (command) step.appendChild(commandBox(command));
    }
    return made;
  };
  const commandBox = (command) => {
    const box = element("div", "command");
    const code = box.appendChild(element("pre")).appendChild(element("code", "", command));
    const button = box.appendChild(element("button", "", "Copy"));
    button.type = "button";
    button.setAttribute("aria-label", "Copy the command");
    button.addEventListener("click", () => copy(code, button));
    return box;
  };
  // Where the clipboard is not allowed, the command is selected.
  const copy = async (code, button) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected: press Ctrl+C";
    }
    say(button.textContent);
  };
  const SHAPES = [facts, lines, steps];
  const story = (row) => {
    const parts = element("div", "parts");
    for (const [title, shape, ...positions] of row[STORY]) {
      const part = parts.appendChild(element("div", shape === 2 ? "section full" : "section"));
      part.appendChild(element("h3", "", words(title, row)));
      part.appendChild(SHAPES[shape](positions.map((position) => items[position]), row));
    }
    return parts;
  };

  const rowElements = (index) => {
    const row = rows[index];
    const line = element("tr");
    showCell(line.appendChild(element("td", "expires")), cellAt(row, 0));
    const head = line.appendChild(element("th"));
    head.scope = "row";
    const button = head.appendChild(element("button", "open", insert(row[NAME], row)));
    button.type = "button";
    button.dataset.row = index;
    head.appendChild(element("span", "about", words(row[ABOUT], row)));
    for (let column = 2; column < 9; column++) showCell(line.appendChild(element("td")), cellAt(row, column));
    const isOpen = state.opened.has(index);
    button.setAttribute("aria-expanded", isOpen);
    return isOpen ? [line, storyRow(index, button)] : [line];
  };
  const storyRow = (index, button) => {
    const line = element("tr", "story opened");
    line.id = "story-" + index;
    button.setAttribute("aria-controls", line.id);
    const cell = line.appendChild(element("td"));
    cell.colSpan = 9;
    cell.appendChild(story(rows[index]));
    return line;
  };
  const toggle = (button) => {
    const index = Number(button.dataset.row), line = button.closest("tr");
    const opens = !state.opened.has(index);
    button.setAttribute("aria-expanded", opens);
    if (opens) {
      state.opened.add(index);
      line.after(storyRow(index, button));
    } else {
      state.opened.delete(index);
      button.removeAttribute("aria-controls");
      line.nextElementSibling.remove();
    }
  };

  // All texts in one, in which a word is looked for once: ten thousand rows share most of theirs.
  let index;
  const makeIndex = () => {
    const lowercase = texts.map((text) => text.toLowerCase());
    const ends = new Uint32Array(texts.length);
    lowercase.forEach((text, at) => { ends[at] = (at ? ends[at - 1] : 0) + text.length + 1; });
    return { all: lowercase.join("\n"), ends, own: rows.map((row) => (row[NAME] + "\n" + row[ARN]).toLowerCase()) };
  };
  const textsWith = (word) => {
    const found = new Uint8Array(texts.length), { all, ends } = index;
    let at = 0;
    for (let hit = all.indexOf(word); hit !== -1; hit = all.indexOf(word, ends[at])) {
      while (ends[at] <= hit) at++;
      found[at] = 1;
    }
    return found;
  };
  const rowsWith = (word) => {
    index ??= makeIndex();
    const inText = textsWith(word), inCell = new Uint8Array(cells.length), inItem = new Uint8Array(items.length);
    cells.forEach((cell, at) => {
      inCell[at] = typeof cell === "number" ? inText[cell] : inText[cell[0]] | (cell.length > 2 ? inText[cell[2]] : 0);
    });
    items.forEach(([term, value], at) => { inItem[at] = inText[term] | inCell[value]; });
    const inCells = (row) => { for (let at = CELLS; at < row.length; at++) if (inCell[row[at]]) return true; return false; };
    const inPart = (part) => { for (let at = 2; at < part.length; at++) if (inItem[part[at]]) return true; return false; };
    return (row, at) => inText[row[ABOUT]] || index.own[at].includes(word) || inCells(row) || row[STORY].some(inPart);
  };

  const filters = () => {
    const chosen = FILTERED.map((column) => [column, find("filter-" + column).value]).filter(([, value]) => value !== "");
    const flag = Number(find("show").value);
    const wanted = find("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean).map(rowsWith);
    return (row, at) => (!flag || (row[FLAGS] & flag) !== 0)
      && chosen.every(([column, value]) => groupOf(row, column) === value)
      && wanted.every((hasWord) => hasWord(row, at));
  };
  // Rows are grouped by a cell's text: notes, such as how an owner is known, differ within a group.
  const groups = new Map();
  const groupOf = (row, column) => {
    const position = positionAt(row, column);
    let text = groups.get(position);
    if (text === undefined) groups.set(position, text = cellOf(position, row).text);
    return text;
  };

  const sortKey = (column) => {
    if (column === 0) return (row) => (row[DAYS] === null ? Infinity : row[DAYS]);
    if (column === 1) return (row) => row[NAME].toLowerCase();
    return (row) => groupOf(row, column).toLowerCase();
  };
  const sorted = (indexes) => {
    if (state.column === 0 && !state.descending) return indexes;
    const key = sortKey(state.column), keys = new Map(indexes.map((index) => [index, key(rows[index])]));
    const sign = state.descending ? -1 : 1;
    return indexes.sort((a, b) => {
      const one = keys.get(a), other = keys.get(b);
      return one < other ? -sign : one > other ? sign : a - b;
    });
  };

  const number = new Intl.NumberFormat("en");
  const say = (text) => { find("count").textContent = text; };
  const draw = () => {
    const part = document.createDocumentFragment();
    for (const index of state.shown.slice(0, state.limit)) part.append(...rowElements(index));
    find("body").replaceChildren(part);
    const hidden = Math.max(0, state.shown.length - state.limit);
    find("more").hidden = hidden === 0;
    find("all").hidden = hidden === 0 || state.shown.length > MOST;
    find("all").textContent = "Show all " + number.format(state.shown.length);
    const listed = hidden ? `, the first ${number.format(state.limit)} are listed and printed` : "";
    say(`${number.format(state.shown.length)} of ${number.format(rows.length)} entries${listed}.`);
  };
  const update = () => {
    const matches = filters();
    const indexes = [];
    rows.forEach((row, index) => { if (matches(row, index)) indexes.push(index); });
    state.shown = sorted(indexes);
    state.limit = STEP;
    for (const id of ["search", "show", ...FILTERED.map((column) => "filter-" + column)]) {
      const field = find(id);
      field.classList.toggle("set", field.value !== "" && field.value !== "0");
    }
    draw();
  };

  const fillSelect = (column) => {
    const counts = new Map();
    for (const row of rows) counts.set(groupOf(row, column), (counts.get(groupOf(row, column)) || 0) + 1);
    const option = (value, text) => { const made = element("option", "", text); made.value = value; return made; };
    const names = [...counts.keys()].sort((a, b) => a.localeCompare(b));
    find("filter-" + column).append(option("", "all"), ...names.map((name) => option(name, `${name} (${number.format(counts.get(name))})`)));
  };
  const clear = () => {
    find("filters").reset();
    update();
  };
  const sortBy = (button) => {
    const column = Number(button.dataset.column);
    state.descending = state.column === column && !state.descending;
    state.column = column;
    for (const head of document.querySelectorAll(".rows thead th")) head.removeAttribute("aria-sort");
    button.closest("th").setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    update();
  };
  // A number or a name of the page shows its rows.
  const follow = (link) => {
    find("filters").reset();
    if (link.dataset.show !== undefined) find("show").value = link.dataset.show;
    else find("filter-" + link.dataset.column).value = link.dataset.value || "no owner";
    update();
    find("rows").focus();
  };

  for (const column of FILTERED) fillSelect(column);
  find("filters").hidden = false;
  find("search").addEventListener("input", update);
  for (const select of document.querySelectorAll("#filters select")) select.addEventListener("change", update);
  find("filters").addEventListener("submit", (event) => event.preventDefault());
  find("clear").addEventListener("click", clear);
  find("more").addEventListener("click", () => { state.limit += MORE; draw(); });
  find("all").addEventListener("click", () => { state.limit = rows.length; draw(); });
  find("body").addEventListener("click", (event) => {
    const button = event.target.closest(".open");
    if (button) toggle(button);
  });
  document.querySelector(".rows thead").addEventListener("click", (event) => {
    const button = event.target.closest(".sort");
    if (button) sortBy(button);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-show], a[data-value]");
    if (link) follow(link);
  });
  update();
})();
