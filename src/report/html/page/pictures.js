// Pictures: interval bars, timeline, walk through the IDs, heat map. Vector drawings whose colours come from the
// style sheet, each with a sentence for who does not see it; a table behind each is the section's to make.

const WIDE = 960;
const LEVELS = ['attempt', 'possible', 'probable', 'confirmed'];

/** A drawing with its words. */
function picture(height, label, ...children) {
  const drawing = svg('svg', {
    viewBox: '0 0 ' + WIDE + ' ' + height, role: 'img', 'aria-label': label, class: 'picture',
    preserveAspectRatio: 'xMidYMid meet',
  }, hatches(), ...children);
  // On a narrow screen it is scrolled, not shrunk until nobody can read it.
  return el('div', { class: 'canvas', tabindex: 0, role: 'group', 'aria-label': label }, drawing);
}

let hatched = false;

function hatches() {
  if (hatched) return null;
  hatched = true;
  const pattern = (id, name) => svg('pattern', {
    id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)',
  }, svg('rect', { width: 6, height: 6, class: name + '-back' }), svg('rect', { width: 2.5, height: 6, class: name }));
  return svg('defs', {}, pattern('hatch-hole', 'hatch'), pattern('hatch-more', 'hatch-more'));
}

/** [min, max] against a population. */
function intervalBar(min, max, population) {
  const whole = Math.max(population || 0, max || 0, min || 0, 1);
  const x = (n) => (n / whole) * 120;
  const upper = max === null ? whole : max;
  return svg('svg', { viewBox: '0 0 120 12', class: 'bar', 'aria-hidden': true, focusable: false },
    svg('rect', { x: 0.5, y: 0.5, width: 119, height: 11, class: 'bar-all' }),
    svg('rect', { x: x(min), y: 1, width: Math.max(0, x(upper) - x(min)), height: 10, class: 'bar-more' }),
    svg('rect', { x: 0, y: 1, width: x(min), height: 10, class: 'bar-min' }));
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800,
  604800, 1209600, 2592000, 7776000, 15552000, 31536000];

/** Times at which an axis is labelled, full steps of the case's zone. */
function ticks(from, until) {
  const step = STEPS.find((one) => (until - from) / one <= 7) || 31536000 * Math.ceil((until - from) / 31536000 / 7);
  const offset = Math.round(local(from).getTime() / 1000) - from;
  const found = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= until; at += step) {
    found.push([at, step >= 86400 ? when(at, 'day') : step >= 60 ? when(at, 'clock') : when(at, 'short').slice(-8)]);
  }
  return found;
}

function axis(from, until, x, top, bottom) {
  const day = until - from < 172800 ? when(from, 'day') : '';
  return svg('g', { class: 'axis' },
    ticks(from, until).map(([at, label]) => [
      svg('line', { x1: x(at), x2: x(at), y1: top, y2: bottom, class: 'grid' }),
      svg('text', { x: x(at), y: bottom + 16, 'text-anchor': 'middle' }, label),
    ]),
    svg('text', { x: 8, y: bottom + 31 }, day));
}

const DUR = [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]];

function duration(seconds) {
  const [unit, size] = DUR.find(([, size]) => seconds >= size && seconds % size === 0) || DUR[3];
  return t('timeline.' + unit, { n: num(seconds / size) });
}

/** Lanes of bars over time, holes hatched, numbered marks. */
function timelinePicture(view, holes, marks) {
  const from = view.start;
  const until = view.start + view.n * view.size;
  const left = 136;
  const x = (at) => left + ((Math.min(Math.max(at, from), until) - from) / (until - from)) * (WIDE - left - 12);
  const lanes = [];
  if (view.traffic) lanes.push(['lane_traffic', 60, (row) => [[row[1] || 0, 'traffic']]]);
  lanes.push(['lane_disclosed', 90, (row) => [[row[2], 'confirmed'], [row[3], 'probable'], [row[4], 'possible']]]);
  lanes.push(['lane_attempts', 60, (row) => [[row[5], 'attempt']]]);
  const inside = marks.filter((mark) => mark.at >= from && mark.at <= until);
  let top = 34;
  const head = top;
  const drawn = [];
  for (const [name, height, parts] of lanes) {
    const most = Math.max(1, ...view.rows.map((row) => parts(row).reduce((sum, [n]) => sum + n, 0)));
    const base = top + height;
    for (const row of view.rows) {
      let y = base;
      for (const [n, kind] of parts(row)) {
        if (!n) continue;
        const tall = Math.max(1, (n / most) * (height - 8));
        const at = from + row[0] * view.size;
        drawn.push(svg('rect', {
          x: x(at), y: y - tall, width: Math.max(1.5, x(at + view.size) - x(at) - 0.5), height: tall, class: 'fill-' + kind,
        }));
        y -= tall;
      }
    }
    drawn.push(svg('line', { x1: left, x2: WIDE - 12, y1: base, y2: base, class: 'base' }),
      svg('text', { x: left - 8, y: base - 4, 'text-anchor': 'end' }, t('timeline.' + name)),
      svg('text', { x: left - 8, y: base - height + 18, 'text-anchor': 'end', class: 'small' }, num(most)));
    top = base + 10;
  }
  const bottom = top - 10;
  const shaded = holes.filter((hole) => hole.to > from && hole.at < until).map((hole) => svg('rect', {
    x: x(hole.at), y: head, width: Math.max(2, x(hole.to) - x(hole.at)), height: bottom - head, class: 'hole',
  }));
  return { height: bottom + 36, nodes: [axis(from, until, x, head, bottom), shaded, drawn, clusters(inside, x).map((some, index) => pins(some, index, x, bottom))] };
}

/** Marks that would cover each other, which are marks that follow each other. */
function clusters(marks, x) {
  const found = [];
  for (const mark of marks) {
    const last = found[found.length - 1];
    if (last && x(mark.at) - x(last[0].at) < 20) last.push(mark);
    else found.push([mark]);
  }
  return found;
}

function pins(marks, index, x, bottom) {
  // Two heights, so that neighbours do not touch.
  const y = index % 2 ? 12 : 27;
  const last = marks[marks.length - 1].number;
  const label = marks.length > 1 ? marks[0].number + '\u2013' + last : last;
  return svg('g', { class: 'pin' },
    marks.map((mark) => svg('line', { x1: x(mark.at), x2: x(mark.at), y1: y + 3, y2: bottom })),
    svg('text', { x: x(marks[0].at), y, 'text-anchor': 'middle' }, label));
}

/** Where IDs stand: by their number where nearly all carry one behind the same beginning, else by rank. */
function places(ids) {
  const parts = ids.map((id) => /^(.*?)(\d{1,15})$/.exec(id));
  const stems = new Map();
  for (const part of parts) if (part) stems.set(part[1], (stems.get(part[1]) || 0) + 1);
  const [stem, most] = [...stems].sort((a, b) => b[1] - a[1])[0] || ['', 0];
  if (ids.length && most === ids.length) {
    return { numbers: true, stem, of: new Map(ids.map((id, index) => [id, Number(parts[index][2])])) };
  }
  const ranked = [...ids].sort(compare);
  return { numbers: false, stem: '', of: new Map(ranked.map((id, index) => [id, index + 1])) };
}

const spanOf = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);

/** A panel of marks: time across, place up. */
function panel(points, place, x, top, height, title) {
  const [low, high] = spanOf([...place.of.values()]);
  const y = (id) => top + height - 6 - ((place.of.get(id) - low) / Math.max(1, high - low)) * (height - 12);
  const paths = { attempt: '', possible: '', probable: '', confirmed: '' };
  const seen = new Set();
  for (const point of points) {
    const [px, py] = [x(point.at).toFixed(1), y(point.id).toFixed(1)];
    const kind = LEVELS[point.certainty];
    if (seen.has(kind + px + ',' + py)) continue;
    seen.add(kind + px + ',' + py);
    if (kind === 'attempt') paths.attempt += 'M' + (px - 2.5).toFixed(1) + ' ' + py + 'a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0';
    else if (kind === 'possible') paths.possible += 'M' + px + ' ' + (py - 2.5).toFixed(1) + 'v5M' + (px - 2.5).toFixed(1) + ' ' + py + 'h5';
    else paths[kind] += 'M' + px + ' ' + py + 'h0';
  }
  const label = (value, at) => svg('text', { x: 84, y: at, 'text-anchor': 'end', class: 'small' }, place.stem + value);
  return svg('g', {},
    svg('rect', { x: 90, y: top, width: WIDE - 102, height, class: 'panel' }),
    svg('text', { x: 84, y: top + height / 2, 'text-anchor': 'end' }, title),
    label(high, top + 12), high > low ? label(low, top + height - 3) : null,
    LEVELS.map((kind) => paths[kind] && svg('path', { d: paths[kind], class: 'dots dots-' + kind })));
}

/** The walk of an account, from its points of `at`, `id`, `box` and `certainty`. */
function walkPicture(points, objects, containers, label) {
  const [from, until] = spanOf(points.map((point) => point.at));
  const end = Math.max(until, from + 1);
  const x = (at) => 96 + ((at - from) / (end - from)) * (WIDE - 114);
  const parts = [];
  let top = 6;
  const ofObjects = points.filter((point) => point.id !== null);
  if (ofObjects.length) {
    parts.push(panel(ofObjects, objects, x, top, 300, ''));
    top += 308;
  }
  const ofBoxes = points.filter((point) => point.box !== null).map((point) => ({ ...point, id: point.box }));
  if (ofBoxes.length) {
    parts.push(panel(ofBoxes, containers, x, top, 110, t('account.containers')));
    top += 118;
  }
  return picture(top + 28, label, axis(from, end, x, 6, top - 8), parts);
}

/** What the marks mean. */
function legend() {
  return el('p', { class: 'legend' }, ['confirmed', 'probable', 'possible', 'attempt'].map((kind) => {
    const path = { attempt: 'M3.5 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0', possible: 'M6 4v6M3 7h6' }[kind] || 'M6 7h0';
    return el('span', { class: 'key' },
      svg('svg', { viewBox: '0 0 12 14', 'aria-hidden': true, focusable: false },
        svg('path', { d: path, class: 'dots big dots-' + kind })),
      t('certainty.' + kind) + ': ' + t('certainty.' + kind + '_means'));
  }));
}

/** Accounts down, controllers across, darker is more. */
function heatPicture(accounts, controllers, cells, label) {
  const left = 150;
  const side = Math.min(28, (WIDE - left - 10) / controllers.length);
  const high = Math.max(12, Math.min(24, side));
  const top = 70;
  const most = Math.max(1, ...cells.map((cell) => cell.n));
  const short = (text, n) => (text.length > n ? text.slice(0, n - 1) + '…' : text);
  const down = new Map(accounts.map((name, index) => [name, index]));
  const across = new Map(controllers.map((name, index) => [name, index]));
  const every = Math.ceil(12 / side);
  return picture(top + accounts.length * high + 8, label,
    controllers.map((name, index) => index % every === 0 && svg('text', {
      transform: 'translate(' + (left + index * side + side / 2 + 3) + ',' + (top - 6) + ') rotate(-60)', class: 'small',
    }, short(name || t('word.nobody'), 12))),
    accounts.map((name, index) => svg('text', {
      x: left - 6, y: top + index * high + high / 2 + 4, 'text-anchor': 'end', class: 'small',
    }, short(name, 22))),
    svg('rect', { x: left, y: top, width: side * controllers.length, height: high * accounts.length, class: 'panel' }),
    cells.map((cell) => svg('rect', {
      x: left + across.get(cell.controller) * side + 0.5, y: top + down.get(cell.account) * high + 0.5,
      width: Math.max(1, side - 1), height: Math.max(1, high - 1),
      // Few must not look like none: the palest cell has a third of the ink.
      class: 'heat', 'fill-opacity': (0.3 + 0.7 * (Math.log1p(cell.n) / Math.log1p(most))).toFixed(2),
    }, svg('title', {}, cell.account + ' · ' + cell.controller + ': ' + num(cell.n)))));
}
