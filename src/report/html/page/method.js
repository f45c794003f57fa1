// The end of the page: cause, coverage, method; then everything is put together.

function cause() {
  const C = D.cause;
  const node = section('cause', el('p', {}, el('strong', {}, t('cause.outcome') + ': '), quoted(C.outcome)));
  const rows = C.hypotheses.map((one) => el('li', { class: one.remains ? 'remains' : 'gone' },
    el('h3', {}, one.hypothesis === 'none' ? '' : one.hypothesis + ': ', known('hypothesis.' + one.hypothesis, one.words)),
    el('p', {}, el('span', { class: 'status' }, one.remains ? t('cause.remains') : t('cause.refuted'))),
    el('dl', { class: 'sides' }, side('for', one.for), side('against', one.against))));
  fill(node, [el('ol', { class: 'hypotheses' }, rows)]);
  if (C.would_shrink_the_doubt_most.length) {
    fill(node, [el('h3', {}, t('cause.wanted')), list(C.would_shrink_the_doubt_most, (one) => quoted(one))]);
  }
  if (C.ends.length) fill(node, [el('h3', {}, t('cause.ends')), ends(C.ends)]);
  if (C.leak) leak(node, C.leak);
  if (C.routes.length) fill(node, [opening(t('cause.routes'), () => routes(C.routes))]);
  if (C.shapes.length) fill(node, [opening(t('cause.shapes'), () => shapes(C.shapes))]);
}

function side(name, said) {
  return [el('dt', {}, t('cause.' + name)), el('dd', {}, said.length ? list(said, (one) => quoted(one)) : t('cause.nothing'))];
}

function ends(rows) {
  return table({
    name: t('cause.ends'), rows, file: 'findings.json', columns: [
      column('route', (row) => row.route),
      { ...time('last', (row) => row.last_disclosure_beyond_scope), name: t('cause.last_disclosure') },
      { ...time('first', (row) => row.first_refusal_after_it), name: t('cause.first_refusal') },
      column('reason', (row) => (row.reason ? row.reason + ': ' + known('reason.' + row.reason, '') : '')),
      column('said', (row) => row.said, { show: (row) => quoted(row.said), wide: true }),
    ],
  });
}

function leak(node, found) {
  fill(node, [el('h3', {}, t('cause.leak')), el('p', {}, t('cause.records', {
    records: num(found.records), controllers: num(found.controllers_at_least), seen: num(found.shown_by_the_logs),
  }))]);
  if (found.pool) {
    fill(node, [el('p', {}, t('cause.pool', { least: num(found.pool.accounts_needed_at_least), suffice: num(found.pool.accounts_that_suffice) }), ' ',
      t('cause.witnesses', { n: num(found.pool.witnesses.count) }))]);
  }
  fill(node, [table({
    name: t('cause.leak'), rows: found.controllers, file: 'findings.json', columns: [
      column('controller', (row) => named(row.controller)), number('records', (row) => row.records),
    ],
  })]);
  if (found.ranking.accounts.length) {
    fill(node, [opening(t('cause.ranking'), () => [el('p', {}, quoted(found.ranking.said)), table({
      name: t('cause.ranking'), rows: found.ranking.accounts, file: 'findings.json', columns: [
        column('account', (row) => row.account), number('records', (row) => row.records), number('share', (row) => row.share),
      ],
    })])]);
  }
}

function routes(rows) {
  return table({
    name: t('cause.routes'), rows, file: 'findings.json', columns: [
      column('route', (row) => row.route), column('said', (row) => row.said, { show: (row) => quoted(row.said), wide: true }),
      column('reasons', (row) => row.reasons.join(', '), { show: (row) => el('span', { title: reasons(row.reasons) }, row.reasons.join(', ')) }),
    ],
  });
}

function shapes(rows) {
  return table({
    name: t('cause.shapes'), rows, file: 'findings.json', columns: [
      { key: 'shape', name: t('cause.shape'), get: (row) => row.shape, show: (row) => quoted(row.shape) },
      { key: 'bits', name: t('cause.bits'), get: (row) => row.bits, show: (row) => num(row.bits), num: true },
      { key: 'predicts', name: t('cause.predicts'), get: (row) => row.predicts, show: (row) => num(row.predicts), num: true },
      { key: 'holds', name: t('cause.holds'), get: (row) => (row.holds ? t('word.yes') : t('word.no')) },
    ],
  });
}

function widens(text) {
  if (text === "every upper bound to the controller's population") return t('coverage.population');
  return text === 'nothing by itself' ? t('coverage.nothing') : quoted(text);
}

function coverage() {
  const node = section('coverage', el('p', {}, t('coverage.lead', { covered: percent(D.totals.log_coverage) })));
  fill(node, [el('h3', {}, t('coverage.doubts')), D.doubts.length ? table({
    name: t('coverage.doubts'), rows: D.doubts, file: 'findings.json', columns: [
      column('reason', (row) => row.reason, { show: (row) => el('code', {}, row.reason), filter: (row) => row.reason }),
      column('meaning', (row) => known('reason.' + row.reason, '')),
      column('basis', (row) => row.basis, { show: (row) => quoted(row.basis), wide: true }),
      column('widens', (row) => row.widens, { show: (row) => widens(row.widens), wide: true }),
    ],
  }) : el('p', {}, t('coverage.no_doubts'))]);
  fill(node, [el('h3', {}, t('coverage.holes')), D.holes.length ? table({
    name: t('coverage.holes'), rows: D.holes, file: 'coverage.csv', columns: [
      column('source', (row) => row.source), time('from', (row) => row.from), time('until', (row) => row.until),
      column('kind', (row) => known('coverage.hole_' + row.kind, row.kind), { filter: (row) => known('coverage.hole_' + row.kind, row.kind) }),
      column('basis', (row) => row.basis, { show: (row) => quoted(row.basis), wide: true }),
    ],
  }) : el('p', {}, t('coverage.no_holes'))]);
  fill(node, [el('h3', {}, t('coverage.sources')), table({
    name: t('coverage.sources'), rows: D.sources, file: 'coverage.csv', columns: [
      column('source', (row) => row.source), number('hours', (row) => row.hours), number('lines', (row) => row.lines),
      number('holes', (row) => row.holes), time('from', (row) => row.first), time('until', (row) => row.last),
    ],
  })]);
  const U = D.undecided;
  fill(node, [el('p', {}, t('coverage.undecided', { subjects: num(U.subjects), ownerless: num(U.without_known_owner) })),
    el('p', {}, t('coverage.aside', { accounts: num(D.aside.accesses_by_excluded_accounts), clients: num(D.aside.accesses_from_excluded_clients), period: num(D.aside.accesses_outside_the_period) }))]);
  if (U.without_known_owner_first.length) fill(node, [opening('NO_DIRECTORY', () => facts(U.without_known_owner_first))]);
  const said = (title, rows) => rows.length && fill(node, [el('h3', {}, t('coverage.' + title)), list(rows, (one) => quoted(one))]);
  said('not_evaluated', D.not_evaluated);
}

const digest = (get) => column('sha256', get, { show: (row) => el('code', { class: 'digest' }, get(row) || ''), wide: true });

function method() {
  const M = D.manifest;
  const node = section('method', el('p', {}, t('method.lead')),
    el('p', {}, t('method.command', { command: M.command.join(' ') })),
    el('h3', {}, t('method.thresholds')), table({
      name: t('method.thresholds'), rows: D.thresholds, file: 'findings.json', columns: [
        column('threshold', (row) => row.key), number('value', (row) => row.value, { show: (row) => num(row.value) }),
        column('meaning', (row) => row.meaning, { show: (row) => quoted(row.meaning), wide: true }),
      ],
    }));
  if (D.sensitivity) fill(node, [opening(t('method.sensitivity'), sensitivity)]);
  if (D.content.length) fill(node, [opening(t('method.content'), () => facts(D.content))]);
  if (D.learned) fill(node, [opening(t('method.learned'), () => facts(D.learned))]);
  if (M.selftest && M.selftest.error_rates) fill(node, [el('h3', {}, t('method.selftest')), selftest(M.selftest)]);
  const files = (title, rows, more) => fill(node, [el('h3', {}, t('method.' + title)), table({
    name: t('method.' + title), rows, file: 'manifest.json', columns: [
      column('file', (row) => row.file), ...more, number('bytes', (row) => row.bytes, { show: (row) => (row.bytes === null ? '' : num(row.bytes)) }), digest((row) => row.sha256),
    ],
  })]);
  files('inputs', M.inputs, [column('source', (row) => row.source), column('format', (row) => row.format),
    number('lines', (row) => row.lines), number('parsed', (row) => row.parsed), number('rejected', (row) => row.rejected)]);
  files('tables', M.tables, []);
  fill(node, [el('p', {}, t('method.outputs_lead'))]);
  files('outputs', M.outputs, []);
}

function sensitivity() {
  const S = D.sensitivity;
  return [el('p', {}, quoted(S.said)), el('p', {}, quoted(S.controllers)), table({
    name: t('method.sensitivity'), rows: S.variants, file: 'findings.json', columns: [
      column('threshold', (row) => row.threshold), number('value', (row) => row.value),
      number('variants', (row) => row.accounts_that_change),
    ],
  })];
}

function selftest(rates) {
  return [el('p', {}, t('method.selftest_cases', { n: num(rates.cases), sha256: rates.sha256 })), table({
    name: t('method.selftest'), rows: rates.error_rates, file: 'manifest.json', columns: [
      column('what', (row) => row.what, { show: (row) => quoted(row.what), wide: true }), number('wrong', (row) => row.wrong),
      number('of', (row) => row.of),
      number('at_most', (row) => row.at_most_95, { show: (row) => t('number.percent', { n: figure(row.at_most_95 * 100) }) }),
    ],
  })];
}

for (const build of [tiles, ledger, timeline, accounts, heat, ladder, categories, subjects, cause, coverage, method]) build();
document.documentElement.classList.add('ready');
