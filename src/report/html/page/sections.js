// The page from the top: answer, ledger, timeline, accounts, heat map, ladder, categories, data subjects. Each section
// is a function that adds itself; figures are those of the answer's files, none is computed but counts of what is shown.

const controllerName = (row) => (row.name && row.name !== row.id ? row.id + ' · ' + row.name : row.id || t('word.nobody'));
const controllersById = new Map(D.controllers.map((row) => [row.id, row]));
const named = (id) => (controllersById.has(id) ? controllerName(controllersById.get(id)) : id || t('word.nobody'));
const reasons = (codes) => codes.map((code) => code + ': ' + known('reason.' + code, code)).join('; ');
const status = (word) => el('span', { class: 'status status-' + word }, t('status.' + word));
const certainty = (level) => t('certainty.' + LEVELS[level]);

/** Words, and for figures that fall into a cell. */
const column = (key, get, more) => ({ key, name: t('column.' + key), get, ...more });
const number = (key, get, more) => column(key, get, { num: true, show: (row) => num(get(row)), ...more });
const time = (key, get) => column(key, (row) => seconds(get(row)), { show: (row) => when(get(row)), tight: true });

/** A figure of a row that opens its lines, found under a key of `row.lines`. */
function lined(key, get, of, what) {
  return number(key, get, {
    show: (row) => {
      const held = (row.lines || {})[of];
      const flag = row.id ? '--controller ' + quote(row.id) : null;
      return get(row) ? behind(num(get(row)), what(row) + ', ' + t('column.' + key), held && held.l, held ? held.n : 0, flag)
        : num(get(row));
    },
  });
}

function tiles() {
  const total = D.totals;
  const tile = (name, value, shown) => el('div', { class: 'tile' }, el('dt', {}, t('answer.' + name)), el('dd', {}, shown || num(value)));
  const open = (name, value, kind) => {
    const held = D.total_lines[kind];
    return tile(name, value, value ? behind(num(value), t('answer.' + name), held && held.l, held ? held.n : 0) : null);
  };
  const node = el('dl', { class: 'tiles', 'aria-label': t('answer.tiles') },
    open('at_least', total.subjects_min, 'confirmed'), tile('at_most', total.subjects_max),
    open('confirmed', total.subjects_confirmed, 'confirmed'), open('probable', total.subjects_probable, 'probable'),
    open('possible', total.subjects_possible, 'possible'), tile('undecided', total.subjects_undecided),
    tile('children', total.children_min), tile('protected', null, few(total.protected_min)),
    open('requests', D.counts.disclosed, 'any'), open('attempts', D.counts.attempts, 'attempt'));
  const answer = document.getElementById('answer');
  answer.append(node);
  // A slip in the case may be among them, and then the figures above mean little.
  if (D.remarks.length) fill(answer, [el('h3', {}, t('coverage.remarks')), list(D.remarks, (one) => quoted(one))]);
}

function ledger() {
  const own = (row) => controllerName(row);
  const columns = [
    column('controller', (row) => own(row), { show: own, wide: true }),
    column('status', (row) => t('status.' + row.status), { show: (row) => status(row.status), filter: (row) => t('status.' + row.status) }),
    lined('min', (row) => row.min, 'confirmed', own), number('max', (row) => row.max),
    column('bar', (row) => (row.population ? row.min / row.population : null), { show: (row) => intervalBar(row.min, row.max, row.population) }),
    number('population', (row) => row.population),
    time('first', (row) => row.first), time('last', (row) => row.last),
    column('reasons', (row) => row.reasons.join(' '), {
      show: (row) => el('span', { title: reasons(row.reasons) }, row.reasons.join(', ')), filter: (row) => row.reasons,
    }),
    lined('probable', (row) => row.probable, 'probable', own), lined('possible', (row) => row.possible, 'possible', own),
    number('children', (row) => row.children), number('protected', (row) => row.protected ?? 0, { show: (row) => few(row.protected) }),
    number('accounts', (row) => row.accounts), lined('accesses', (row) => row.accesses, 'any', own),
  ];
  const node = document.getElementById('ledger');
  document.getElementById('ledger-static').replaceWith(table({
    name: t('section.ledger'), columns, rows: D.controllers, file: 'controllers.csv',
  }));
  if (D.nobody.length) fill(node, [el('p', {}, t('ledger.nobody', { min: num(D.nobody[0].min) }))]);
  fill(node, [opening(t('ledger.bounds'), boundsTable)]);
  if (D.sampling) fill(node, [opening(t('ledger.sampling'), () => facts(D.sampling))]);
}

function boundsTable() {
  const said = D.bounds.map((row) => el('li', {}, el('strong', {}, row.bound + ' '), quoted(row.assumption)));
  return [el('ul', {}, said), table({
    name: t('ledger.bounds'), file: 'bounds.csv', rows: D.controllers, columns: [
      column('controller', controllerName), number('min', (row) => row.min), number('max', (row) => row.max),
      number('u1', (row) => row.u1), number('u2', (row) => row.u2),
    ],
  })];
}

/** Anything nested, as lists of names and values: for parts that only programs read as a rule. */
function facts(value) {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'number' ? num(value) : quoted(String(value ?? t('number.none')));
  }
  if (Array.isArray(value)) return el('ul', { class: 'facts' }, value.map((one) => el('li', {}, facts(one))));
  return el('dl', { class: 'facts', lang: 'en' }, Object.entries(value).map(([key, one]) =>
    [el('dt', {}, key.replace(/_/g, ' ')), el('dd', {}, facts(one))]));
}

function timeline() {
  if (!D.time.views.length) {
    section('timeline', el('p', {}, t('timeline.nothing')));
    return;
  }
  const holes = D.holes.map((hole) => ({ ...hole, at: seconds(hole.from), to: seconds(hole.until) }));
  const marks = D.time.marks.map((mark, index) => ({ ...mark, number: index + 1 }));
  const parts = D.time.views.map((view) => timelineOf(view, holes, marks));
  const events = table({
    name: t('timeline.marks'), rows: marks, file: 'findings.json', columns: [
      column('number', (mark) => mark.number), time('time', (mark) => mark.at),
      column('what', (mark) => t('timeline.mark_' + mark.kind, { what: mark.what }), { wide: true }),
    ],
  });
  section('timeline', parts, el('h3', {}, t('timeline.marks')), events);
}

function timelineOf(view, holes, marks) {
  const sum = (at) => view.rows.reduce((all, row) => all + row[at], 0);
  const { height, nodes } = timelinePicture(view, holes, marks);
  const end = view.start + view.n * view.size;
  const label = t('timeline.label', {
    from: when(view.start), until: when(end), disclosed: num(sum(2) + sum(3) + sum(4)), attempts: num(sum(5)),
    holes: num(holes.filter((hole) => hole.to > view.start && hole.at < end).length),
  });
  const title = t('timeline.' + view.name);
  const cell = (key, at) => number(key, (row) => row[at], {
    show: (row) => (row[at] ? behind(num(row[at]), t('column.' + key), row[6], row[2] + row[3] + row[4] + row[5]) : num(0)),
  });
  const columns = [time('from', (row) => view.start + row[0] * view.size), cell('confirmed', 2), cell('probable', 3),
    cell('possible', 4), cell('attempts', 5)];
  if (view.traffic) columns.splice(1, 0, number('traffic', (row) => row[1]));
  return el('div', { class: 'part' }, el('h3', {}, title),
    el('p', {}, t('timeline.lead', { bucket: duration(view.size) }), view.traffic ? '' : ' ' + t('timeline.traffic_no')),
    picture(height, label, nodes), legend(),
    tableBehind(title, () => ({ rows: view.rows, file: 'accesses.parquet', columns })));
}

function accounts() {
  if (!D.accounts.length) {
    section('accounts', el('p', {}, t('account.none')));
    return;
  }
  const flag = (row) => '--account ' + quote(row.account);
  const opens = (key, get) => number(key, get, {
    show: (row) => (get(row) ? behind(num(get(row)), row.account + ', ' + t('column.' + key), row.lines.l, row.lines.n, flag(row)) : num(0)),
  });
  const verdict = (row) => t('verdict.' + (row.verdict || 'none'));
  const all = table({
    name: t('section.accounts'), rows: D.accounts, file: 'accounts.csv', left: D.accounts_left, columns: [
      column('account', (row) => row.account), column('verdict', verdict, { filter: verdict }),
      column('role', (row) => row.roles.join(', '), { filter: (row) => row.roles }),
      column('belongs', (row) => row.belongs_to.map(named).join(', ')),
      opens('subjects', (row) => row.subjects_confirmed + row.subjects_probable),
      number('controllers', (row) => row.controllers.length), opens('requests', (row) => row.accesses),
      opens('attempts', (row) => row.attempts), number('objects', (row) => row.objects_beyond_scope),
      number('score', (row) => row.score, { show: (row) => figure(row.score) }),
      time('first', (row) => row.first_seen), time('last', (row) => row.last_seen),
      number('clients', (row) => row.client_addresses.length), column('scope', (row) => row.scope),
    ],
  });
  const told = D.accounts.filter((row) => row.told);
  const left = D.accounts.length + D.accounts_left - told.length;
  const node = section('accounts', el('p', {}, t('account.lead')), all,
    told.map((row, index) => opening(row.account + ': ' + verdict(row), () => accountOf(row), index === 0)),
    left > 0 && el('p', { class: 'note' }, t('account.more', { n: num(left) })));
  if (D.joint.length) fill(node, [el('h3', {}, t('account.joint')), facts(D.joint)]);
  if (D.late.length) fill(node, [el('h3', {}, t('account.late')), facts(D.late)]);
}

function accountOf(row) {
  const parts = [el('p', {}, t('account.facts', {
    accesses: num(row.accesses), attempts: num(row.attempts), objects: num(row.objects_beyond_scope),
    confirmed: num(row.subjects_confirmed), probable: num(row.subjects_probable),
    unexplained: num(row.first_contacts_unexplained), contacts: num(row.first_contacts),
  })), walk(row)];
  const add = (title, rows, build) => rows && rows.length && parts.push(el('h3', {}, t('account.' + title)), build(rows));
  const said = (rows) => list(rows, (one) => quoted(one));
  if (row.scope_rests_on) parts.push(el('h3', {}, t('account.inferred')), el('p', {}, quoted(row.scope_rests_on)));
  add('grants', row.grants, (rows) => table({
    name: t('account.grants'), rows, file: 'findings.json', columns: [
      column('role', (one) => one.role), column('unit', (one) => one.unit), column('form', (one) => one.form || ''),
      column('from', (one) => one.from, { show: (one) => (one.from ? when(one.from) : t('word.always')) }),
      column('until', (one) => one.until, { show: (one) => (one.until ? when(one.until) : t('word.open')) }),
      column('kind', (one) => (one.protected ? t('word.protected_too') : '')),
    ],
  }));
  add('visits', row.visits, (rows) => table({
    name: t('account.visits'), rows, file: 'findings.json', columns: [
      time('first', (one) => one.first), time('last', (one) => one.last), number('requests', (one) => one.requests),
      number('objects', (one) => one.objects), number('controllers', (one) => one.controllers),
      column('client', (one) => one.client), column('agent', (one) => one.user_agent, { wide: true }),
    ],
  }));
  add('signals', row.signals, signals);
  add('explained', row.explained, (rows) => list(rows, (one) => [num(one.contacts) + ': ', quoted(one.template)]));
  add('would_change', row.would_change, said);
  if (row.other_client) parts.push(el('h3', {}, t('account.other_client')), facts(row.other_client));
  if (row.runs) parts.push(opening(t('account.runs'), () => facts(row.runs)));
  parts.push(el('p', { class: 'note' }, t('account.evidence', { command: 'breachscope evidence ANSWER --account ' + quote(row.account) })));
  return parts;
}

function signals(rows) {
  const fired = (row) => (row.fired ? t('word.yes') : t('word.no'));
  const ordered = [...rows].sort((a, b) => Number(b.fired) - Number(a.fired));
  return table({
    name: t('account.signals'), rows: ordered, file: 'findings.json', columns: [
      column('signal', (row) => row.signal), column('fired', fired, { filter: fired }),
      number('figure', (row) => row.figure, { show: (row) => figure(row.figure) }),
      number('threshold', (row) => row.threshold, { show: (row) => figure(row.threshold) }),
      column('null_model', (row) => row.null_model, { show: (row) => quoted(row.null_model), wide: true }),
    ],
  });
}

/** The points of a walk, and where their IDs stand. */
function walk(row) {
  const W = row.walk;
  if (!W || !W.t.length) return el('p', { class: 'note' }, t('account.nothing'));
  const points = W.t.map((at, index) => ({
    at: W.start + at, id: W.o[index] < 0 ? null : D.names[W.o[index]], box: W.b[index] < 0 ? null : D.names[W.b[index]],
    certainty: W.c[index], controller: W.k[index] < 0 ? '' : D.controllers[W.k[index]].id, line: W.l[index],
  }));
  const distinct = (key) => [...new Set(points.map((point) => point[key]).filter((one) => one !== null))];
  const objects = places(distinct('id'));
  const axisName = t(objects.numbers ? 'account.axis_number' : 'account.axis_rank');
  const disclosed = points.filter((point) => point.certainty > 0).length;
  const [from, until] = spanOf(points.map((point) => point.at));
  const label = t('account.walk_label', {
    account: row.account, all: num(W.all), from: when(from), until: when(until), axis: axisName,
    disclosed: num(disclosed), attempts: num(points.length - disclosed),
  });
  const title = t('account.walk') + ', ' + row.account;
  return [el('h3', {}, t('account.walk')), el('p', {}, t('account.walk_lead', { axis: axisName }),
    W.all > points.length ? ' ' + t('account.thinned', { shown: num(points.length), all: num(W.all) }) : '',
    W.hidden ? ' ' + t('account.protected_out') : ''),
  walkPicture(points, objects, places(distinct('box')), label), legend(),
  tableBehind(title, () => ({
    rows: points, file: 'accesses.parquet', columns: [
      time('time', (one) => one.at), column('object', (one) => one.id ?? ''), column('container', (one) => one.box ?? ''),
      column('controller', (one) => named(one.controller)),
      column('certainty', (one) => certainty(one.certainty), { filter: (one) => certainty(one.certainty) }),
      column('reference', (one) => one.line, { show: (one) => behind(t('table.evidence'), one.id ?? one.box ?? '', [one.line], 1), text: () => '' }),
    ],
  }))];
}

const HEAT = [40, 120];

function heat() {
  const cells = D.heat.map(([account, controller, confirmed, probable, possible, attempts, lines, n]) => ({
    account, controller, confirmed, probable, possible, attempts, lines, all: n, n: confirmed + probable + possible,
  }));
  const drawn = cells.filter((cell) => cell.n);
  if (!drawn.length) {
    section('heat', el('p', {}, t('heat.none')));
    return;
  }
  const down = [...new Set(drawn.map((cell) => cell.account))];
  const across = [...new Set(drawn.map((cell) => cell.controller))].sort(compare);
  const [rows, columns] = [down.slice(0, HEAT[0]), across.slice(0, HEAT[1])];
  const inside = drawn.filter((cell) => rows.includes(cell.account) && columns.includes(cell.controller));
  const label = t('heat.label', { accounts: num(rows.length), controllers: num(columns.length), most: num(drawn.reduce((most, cell) => Math.max(most, cell.n), 0)) });
  const opens = (key) => number(key, (cell) => cell[key], {
    show: (cell) => (cell[key] ? behind(num(cell[key]), cell.account + ' · ' + named(cell.controller), cell.lines, cell.all,
      '--account ' + quote(cell.account) + ' --controller ' + quote(cell.controller)) : num(0)),
  });
  section('heat', el('p', {}, t('heat.lead')),
    down.length > rows.length || across.length > columns.length
      ? el('p', { class: 'note' }, t('heat.left_out', { accounts: num(rows.length), controllers: num(columns.length) })) : null,
    D.accounts_left > 0 && el('p', { class: 'note' }, t('heat.listed', { n: num(D.accounts.length) })),
    heatPicture(rows, columns, inside, label),
    tableBehind(t('section.heat'), () => ({
      rows: cells, file: 'accesses.parquet', columns: [
        column('account', (cell) => cell.account), column('controller', (cell) => named(cell.controller)),
        opens('confirmed'), opens('probable'), opens('possible'), opens('attempts'),
      ],
    })));
}

function ladder() {
  const rungs = D.ladder.rungs;
  const most = Math.max(1, ...rungs.map((rung) => rung.subjects || 0));
  const kind = { requested: 'all', answered_or_probable: 'any', answered: 'confirmed' };
  const said = (rung) => {
    const route = /^could_see_by_route_(.*)$/s.exec(rung.rung);
    return route ? t('rung.could_see_by_route', { route: route[1] }) : known('rung.' + rung.rung, rung.rung);
  };
  const rows = table({
    name: t('section.ladder'), rows: rungs, file: 'ladder.csv', columns: [
      { key: 'rung', name: t('rung.name'), get: said, wide: true },
      number('subjects', (rung) => rung.subjects, {
        show: (rung) => {
          const held = D.total_lines[kind[rung.rung]];
          return held && rung.subjects ? behind(num(rung.subjects), said(rung), held.l, held.n) : num(rung.subjects);
        },
      }),
      column('bar', (rung) => rung.subjects, { show: (rung) => intervalBar(rung.subjects || 0, rung.subjects || 0, most) }),
      number('children', (rung) => rung.children), number('protected', (rung) => rung.protected ?? 0, { show: (rung) => few(rung.protected) }),
      number('accounts', (rung) => rung.accounts, { show: (rung) => (rung.accounts === null ? '' : num(rung.accounts)) }),
    ],
  });
  section('ladder', el('p', {}, t('rung.lead')), rows, el('p', { class: 'note' }, quoted(D.ladder.basis)),
    el('p', { class: 'note' }, quoted(D.ladder.corroborated)));
}

function categories() {
  const rows = D.controllers.filter((row) => row.categories.length);
  if (!rows.length) {
    section('categories', el('p', {}, t('categories.none')));
    return;
  }
  const bare = (name) => name.replace(/\?$/, '');
  const all = [...new Set(rows.flatMap((row) => row.categories.map(bare)))].sort(compare);
  const mark = (row, name) => (row.categories.includes(name) ? t('word.yes') : row.categories.includes(name + '?') ? t('word.filled') : '');
  const each = all.length > 12
    ? [column('categories', (row) => row.categories.join(', '), { wide: true })]
    : all.map((name) => ({ key: name, name, get: (row) => mark(row, name), filter: (row) => mark(row, name) }));
  section('categories', el('p', {}, t('categories.lead')), table({
    name: t('section.categories'), rows, file: 'controllers.csv', columns: [
      column('controller', controllerName, { wide: true }), lined('accesses', (row) => row.accesses, 'any', controllerName), ...each,
      column('routes', (row) => row.routes.join(', '), { filter: (row) => row.routes }),
    ],
  }));
}

function subjects() {
  const U = D.subjects;
  const lead = el('p', {}, D.totals.protected_min === -2 ? t('subjects.lead_unknown')
    : t('subjects.lead', { protected: few(D.totals.protected_min) }));
  if (!U.id.length) {
    section('subjects', el('p', {}, t(U.hidden ? 'subjects.only_protected' : 'subjects.none')));
    return;
  }
  const rows = Array.from(U.id, (_, index) => index);
  const owner = (row) => (U.c[row] < 0 ? '' : D.controllers[U.c[row]].id);
  const child = (row) => (U.child[row] < 0 ? t('number.unknown') : U.child[row] ? t('word.yes') : t('word.no'));
  section('subjects', lead, table({
    name: t('section.subjects'), rows, file: 'subjects.csv', left: U.left, columns: [
      column('subject', (row) => U.id[row], {
        show: (row) => behind(U.id[row], t('column.subject'), U.e[row], U.n[row], '--subject ' + quote(U.id[row])),
      }),
      column('controller', owner, { filter: owner, show: (row) => el('span', { title: named(owner(row)) }, owner(row)) }),
      column('certainty', (row) => certainty(U.s[row]), { filter: (row) => certainty(U.s[row]) }),
      column('first', (row) => U.f[row], { show: (row) => when(U.f[row]), text: (row) => when(U.f[row]) }),
      column('last', (row) => U.l[row], { show: (row) => when(U.l[row]), text: (row) => when(U.l[row]) }),
      column('categories', (row) => D.sets[U.k[row]].replace(/;/g, ', ')),
      column('routes', (row) => D.sets[U.r[row]].replace(/;/g, ', '), { filter: (row) => D.sets[U.r[row]].split(';') }),
      column('child', child, { filter: child }),
    ],
  }));
}
