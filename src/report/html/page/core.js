// Data, words, numbers, times, elements, and the dialogue with raw lines. Everything that comes from data goes
// through textContent; nothing in this page parses text as markup.

const D = JSON.parse(document.getElementById('data').textContent);
const words = D.strings;

/** A string by its key, with {placeholders} filled in. */
function t(key, values) {
  const text = words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    values && values[name] !== undefined ? String(values[name]) : whole);
}

/** A string by its key, or the fallback where the key is not known. */
function known(key, fallback) {
  return words[key] === undefined ? fallback : words[key];
}

/** Digits in groups; null is unknown. */
function num(n) {
  if (n === null || n === undefined || n === '') return t('number.unknown');
  const value = Number(n);
  if (!Number.isFinite(value)) return t('number.unknown');
  const [whole, part] = String(Math.abs(value)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, t('number.group'));
  return (value < 0 ? '\u2212' : '') + grouped + (part ? t('number.decimal') + part : '');
}

/** A figure with two decimals at most. */
function figure(n) {
  return num(Math.round(Number(n) * 100) / 100);
}

/** A share of 1 in percent, never rounded up to all. */
function percent(share) {
  return t('number.percent', { n: num(Math.floor(share * 10000) / 100) });
}

/** A count of protected persons; null is fewer than five; some are withheld, where they would tell such a count, or unknown. */
function few(n) {
  if (n === -2) return t('number.unknown');
  if (n === -1) return t('number.withheld');
  return n === null || n === undefined ? t('number.fewer') : num(n);
}

function seconds(at) {
  if (at === null || at === undefined || at === '') return null;
  return typeof at === 'number' ? at : Math.floor(Date.parse(at) / 1000);
}

/** The instant moved to the case's zone, as a Date whose UTC fields are the local ones. */
function local(at) {
  let offset = 0;
  for (const [from, seconds] of D.zone.steps) {
    if (from > at) break;
    offset = seconds;
  }
  return new Date((at + offset) * 1000);
}

const two = (n) => String(n).padStart(2, '0');
const months = t('date.months').split(',');

/** A time of the case's zone in a form of the language: long, short, day or clock. */
function when(at, form) {
  const s = seconds(at);
  if (s === null || Number.isNaN(s)) return '';
  const d = local(s);
  const month = months[d.getUTCMonth()];
  return t('date.' + (form || 'short'), {
    y: String(d.getUTCFullYear()).padStart(4, '0'), m: two(d.getUTCMonth() + 1), dd: two(d.getUTCDate()),
    d: d.getUTCDate(), month, mon: month.slice(0, 3),
    H: two(d.getUTCHours()), M: two(d.getUTCMinutes()), S: two(d.getUTCSeconds()),
  });
}

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function attributes(node, given) {
  for (const [name, value] of Object.entries(given || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  return node;
}

/** An HTML element. */
function el(tag, given, ...children) {
  return fill(attributes(document.createElement(tag), given), children);
}

/** An SVG element. */
function svg(tag, given, ...children) {
  return fill(attributes(document.createElementNS('http://www.w3.org/2000/svg', tag), given), children);
}

/** A sentence of findings.json, which is in English whatever the page is in. */
function quoted(text) {
  return D.lang === 'en' ? document.createTextNode(text || '') : el('span', { lang: 'en' }, text || '');
}

let ids = 0;
const fresh = (stem) => stem + '-' + (ids += 1);

/** A section that the page's table of contents names. */
function section(name, ...children) {
  const node = el('section', { id: name, 'aria-labelledby': name + '-head' },
    el('h2', { id: name + '-head' }, t('section.' + name)), ...children);
  document.getElementById('main').append(node);
  const item = el('li', {}, el('a', { href: '#' + name }, t('section.' + name)));
  document.getElementById('toc').append(item);
  return node;
}

/** A part that opens; printing opens all of them. */
function opening(title, build, open) {
  const node = el('details', { open }, el('summary', {}, title));
  let built = false;
  node.build = () => {
    if (!built) fill(node, [build()].flat());
    built = true;
  };
  if (open) node.build();
  node.addEventListener('toggle', () => node.open && node.build());
  return node;
}

function list(items, show) {
  return el('ul', {}, items.map((item) => el('li', {}, show(item))));
}

/** The reference of a line and its digest. */
function line(index) {
  const L = D.lines;
  const raw = L.bytes || (L.bytes = atob(L.h));
  let hex = '';
  let any = false;
  for (let i = index * 32; i < index * 32 + 32; i += 1) {
    const byte = raw.charCodeAt(i);
    any = any || byte !== 0;
    hex += byte.toString(16).padStart(2, '0');
  }
  const file = L.files[L.f[index]];
  return {
    reference: file + ':' + L.n[index] + '@' + L.o[index] + '+' + L.l[index],
    digest: any ? hex : null,
  };
}

const quote = (text) => "'" + text.replace(/'/g, "'\\''") + "'";

/** Whether the page is being printed, where nothing can be opened. */
let printing = false;

/** Text that opens the raw lines behind it, where there are any. */
function behind(text, what, lines, all, more) {
  if (printing || (!all && !(lines && lines.length))) return document.createTextNode(text);
  const label = t('lines.open', { figure: what + ': ' + text });
  return el('button', {
    type: 'button', class: 'figure', 'aria-haspopup': 'dialog', 'aria-label': label, title: label,
    on: { click: (event) => show(event.currentTarget, what + ': ' + text, lines || [], all || 0, more) },
  }, text);
}

/** Opens the dialogue with the raw lines behind a figure. */
function show(from, title, lines, all, flag) {
  const box = document.getElementById('lines');
  const rows = lines.map(line);
  const first = rows.length ? rows[0].reference : 'FILE:LINE@OFFSET+LENGTH';
  const command = 'breachscope evidence ANSWER ' + (flag || '--row ' + quote(first));
  box.replaceChildren(
    el('h2', { id: 'lines-head' }, t('lines.title', { figure: title })),
    rows.length
      ? el('p', {}, t('lines.shown', { shown: num(rows.length), all: num(all) }), ' ', t('lines.hidden'))
      : el('p', {}, t('lines.none')),
    el('p', {}, t('lines.how')), el('pre', { tabindex: 0 }, command),
    rows.length ? el('p', { class: 'note' }, t('lines.offset')) : null,
    rows.length ? el('ol', { class: 'lines' }, rows.map((row) =>
      el('li', {}, el('code', {}, row.reference), ' ',
        el('code', { class: 'digest' }, row.digest || t('lines.no_digest'))))) : null,
    el('form', { method: 'dialog' }, el('button', { class: 'close' }, t('lines.close'))));
  box.onclose = () => from.isConnected && from.focus();
  box.showModal();
}
