// Tables: sorted, filtered, searched; long ones show only the rows in view; printing gives all up to a limit.

const WINDOWED = 200;
const PRINTED = 2000;
const ROW = 32;
const tables = [];

/**
 * A table. `columns`: key, name, get (what sorts), show (what is shown; default: get), text (what is searched;
 * default: get), num, filter. `file` names where all rows stand.
 */
function table({ name, columns, rows, file, left }) {
  if (!rows.length) return el('p', { class: 'note' }, t('table.empty'));
  const state = { sort: null, down: false, words: '', filters: {}, rows, all: null };
  const body = el('tbody');
  const heads = columns.map((column, index) => head(column, index, state, () => update()));
  const node = el('table', {}, el('caption', { class: 'hidden' }, name), el('thead', {}, el('tr', {}, heads)), body);
  const long = rows.length > WINDOWED;
  if (long) node.setAttribute('aria-rowcount', rows.length + 1);
  const frame = el('div', {
    class: long ? 'frame long' : 'frame', role: 'group', tabindex: 0, 'aria-label': name,
  }, node);
  const count = el('span', { class: 'count', 'aria-live': 'polite' });
  const printed = el('p', { class: 'printed' });
  const haystack = (row) => columns.map((c) => String((c.text || c.get)(row) ?? '')).join('\u0001').toLowerCase();
  let stacks = null;

  function chosen() {
    let picked = rows;
    for (const [index, value] of Object.entries(state.filters)) {
      if (value !== '') picked = picked.filter((row) => parts(columns[index], row).includes(value));
    }
    if (state.words) {
      const wanted = state.words.toLowerCase().split(/\s+/).filter(Boolean);
      stacks = stacks || new Map(rows.map((row) => [row, haystack(row)]));
      picked = picked.filter((row) => wanted.every((word) => stacks.get(row).includes(word)));
    }
    return state.sort === null ? picked : sorted(picked, columns[state.sort], state.down);
  }

  function draw() {
    const all = state.rows;
    if (printing) return plain(all.slice(0, PRINTED));
    if (!long || all.length <= WINDOWED) return plain(all);
    const first = Math.max(0, Math.floor(frame.scrollTop / ROW) - 10);
    const last = Math.min(all.length, first + Math.ceil((frame.clientHeight || 600) / ROW) + 20);
    body.replaceChildren(space(first * ROW),
      ...all.slice(first, last).map((row, index) => cells(row, first + index)),
      space((all.length - last) * ROW));
    return undefined;
  }

  function plain(shown) {
    body.replaceChildren(...shown.map((row, index) => cells(row, index)));
    if (!shown.length) {
      body.append(el('tr', {}, el('td', { colspan: columns.length }, t('table.no_match'))));
    }
  }

  function cells(row, index) {
    const cell = (column, at) => {
      const shown = column.show ? column.show(row) : String(column.get(row) ?? '');
      const given = { class: [column.num && 'num', column.wide && 'wide', column.tight && 'tight'].filter(Boolean).join(' ') || null };
      // A row without a name has no head: an empty one would be read out as a head.
      return at === 0 && shown !== '' ? el('th', { scope: 'row', ...given }, shown) : el('td', given, shown);
    };
    return el('tr', long ? { 'aria-rowindex': index + 2 } : {}, columns.map(cell));
  }

  function space(height) {
    const cell = el('td', { colspan: columns.length });
    cell.style.height = height + 'px';
    return el('tr', { class: 'space', 'aria-hidden': true }, cell);
  }

  function update() {
    state.rows = chosen();
    count.textContent = t('table.rows', { n: num(state.rows.length), all: num(rows.length) });
    heads.forEach((cell, index) => cell.setAttribute('aria-sort',
      state.sort !== index ? 'none' : state.down ? 'descending' : 'ascending'));
    printed.textContent = state.rows.length > PRINTED
      ? t('table.printed', { n: num(PRINTED), all: num(state.rows.length), file }) : '';
    frame.scrollTop = 0;
    draw();
  }

  frame.addEventListener('scroll', () => long && requestAnimationFrame(draw));
  tables.push(draw);
  update();
  const tools = rows.length > 8 ? toolbar(name, columns, rows, state, update, count) : null;
  const more = left ? el('p', { class: 'note' }, t('table.left_out', { n: num(left), file, shown: num(rows.length) })) : null;
  return el('div', { class: 'table' }, tools, frame, printed, more);
}

function head(column, index, state, update) {
  const button = el('button', {
    type: 'button', title: t('table.sort', { column: column.name }),
    on: {
      click: () => {
        // Figures are looked at from the greatest down.
        state.down = state.sort === index ? !state.down : Boolean(column.num);
        state.sort = index;
        update();
      },
    },
  }, column.name);
  return el('th', { scope: 'col', 'aria-sort': 'none', class: column.num ? 'num' : null }, button,
    // Printing repeats heads on every page, but no buttons.
    el('span', { class: 'printed', 'aria-hidden': true }, column.name));
}

function parts(column, row) {
  const value = column.filter(row);
  return Array.isArray(value) ? value : [value];
}

function sorted(rows, column, down) {
  const keyed = rows.map((row, index) => [column.get(row), index, row]);
  const empty = (value) => value === null || value === undefined || value === '';
  keyed.sort(([a, i], [b, j]) => {
    if (empty(a) || empty(b)) return empty(a) - empty(b) || i - j;
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b));
    return (down ? -order : order) || i - j;
  });
  return keyed.map(([, , row]) => row);
}

const collator = new Intl.Collator(D.lang, { numeric: true });
const compare = (a, b) => collator.compare(a, b);

function toolbar(name, columns, rows, state, update, count) {
  let timer = 0;
  const search = el('input', {
    type: 'search', id: fresh('search'), 'aria-label': t('table.search_in', { table: name }), autocomplete: 'off',
    placeholder: t('table.search'),
    on: {
      input: (event) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          state.words = event.target.value;
          update();
        }, 120);
      },
    },
  });
  const filters = columns.map((column, index) => {
    if (!column.filter) return null;
    const values = [...new Set(rows.flatMap((row) => parts(column, row)))].filter((v) => v !== '').sort(compare);
    if (values.length < 2 || values.length > 400) return null;
    const label = t('table.filter', { column: column.name });
    return el('select', {
      'aria-label': label, title: label,
      on: {
        change: (event) => {
          state.filters[index] = event.target.value;
          update();
        },
      },
    }, el('option', { value: '' }, column.name + ': ' + t('table.all')),
    values.map((value) => el('option', { value }, value)));
  });
  return el('div', { class: 'tools' }, search, filters, count);
}

/** The table behind a picture. */
function tableBehind(picture, build) {
  return opening(t('table.behind', { picture }), () => table({ name: picture, ...build() }));
}

let reopened = [];

function beforePrint() {
  if (printing) return;
  printing = true;
  // A part that was built by opening may hold further ones.
  for (let closed = unopened(); closed.length; closed = unopened()) {
    reopened.push(...closed);
    for (const node of closed) {
      if (node.build) node.build();
      node.open = true;
    }
  }
  tables.forEach((draw) => draw());
}

const unopened = () => [...document.querySelectorAll('details:not([open])')];

function afterPrint() {
  reopened.forEach((node) => { node.open = false; });
  reopened = [];
  printing = false;
  tables.forEach((draw) => draw());
}

addEventListener('beforeprint', beforePrint);
addEventListener('afterprint', afterPrint);
