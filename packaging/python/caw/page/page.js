// SPDX-License-Identifier: BSD-3-Clause
// What moves in the page: sorting, searching, a range of time for tables and plots, the messages of
// a row. All text comes from the data and goes in as text, never as HTML.
'use strict';
{
    const data = JSON.parse(document.getElementById('data').textContent);
    const word = (number) => data.words[number];
    const FIRST = 25, MORE = 100; // rows
    const state = {from: 0, to: data.span, words: [], marked: false, finding: null};
    const tables = [];

    const make = (name, text, attributes = {}) => {
        const element = document.createElement(name);
        if (text !== undefined) element.textContent = text;
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        return element;
    };
    const drawn = (name, attributes, text) => {
        const element = document.createElementNS('http://www.w3.org/2000/svg', name);
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        if (text !== undefined) element.textContent = text;
        return element;
    };
    const button = (text, act) => {
        const element = make('button', text, {type: 'button'});
        element.addEventListener('click', act);
        return element;
    };

    // ---- time: microseconds since the first packet ---------------------------------------------

    const clock = (at, digits) => {
        const whole = Math.floor((data.start + at) / 1e6);
        const iso = new Date(whole * 1000).toISOString();
        const part = String(Math.floor(data.start + at - whole * 1e6)).padStart(6, '0');
        const day = data.dated ? iso.slice(0, 10) + ' ' : '';
        return day + iso.slice(11, 19) + (digits ? '.' + part.slice(0, digits) : '');
    };
    const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
    const roundStep = (least) => { // microseconds
        if (least <= 1e6) {
            const power = 10 ** Math.floor(Math.log10(least));
            return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least);
        }
        const found = STEPS.find((n) => n * 1e6 >= least);
        return found ? found * 1e6 : Math.ceil(least / 864e8) * 864e8;
    };
    const ticks = (width) => {
        const labels = Math.max(2, Math.floor(width / (data.dated ? 170 : 110)));
        const step = Math.max(1, roundStep((state.to - state.from) / labels));
        const digits = step >= 1e6 ? 0 : Math.min(6, Math.ceil(6 - Math.log10(step)));
        const places = [];
        for (let at = Math.ceil((data.start + state.from) / step) * step - data.start; at <= state.to; at += step)
            places.push([at, clock(at, digits)]);
        return places;
    };

    // ---- plots ---------------------------------------------------------------------------------

    const plots = [...document.querySelectorAll('figure')].map((figure) => ({
        name: figure.id,
        height: figure.querySelector('svg.marks').viewBox.baseVal.height,
        marks: figure.querySelector('svg.marks'),
        labels: figure.querySelector('svg.labels'),
        over: figure.querySelector('.over'),
        across: figure.querySelector('svg.across'),
        at: figure.querySelector('.at'),
    }));
    const share = (at) => (at - state.from) / (state.to - state.from);
    const drawPlots = () => {
        for (const plot of plots) {
            const from = state.from / data.span * 1000;
            const width = (state.to - state.from) / data.span * 1000;
            const [top, height] = plot.name === 'rates' ? drawRates(plot) : [0, plot.height];
            plot.marks.setAttribute('viewBox', `${from} ${top} ${width} ${height}`);
            plot.across.replaceChildren();
            for (const [at, text] of ticks(plot.marks.clientWidth)) {
                const anchor = share(at) < .08 ? 'start' : share(at) > .92 ? 'end' : 'middle';
                plot.across.append(drawn('text', {x: `${share(at) * 100}%`, y: 14, 'text-anchor': anchor}, text));
            }
        }
        drawHistogram();
    };
    // The scale of the rates is that of the range: what is low there is seen beside a storm elsewhere.
    const MARGIN = 8; // above the highest, as draw.py has it
    const totals = [];
    Object.values(data.rates).forEach((all) => all.forEach((n, i) => { totals[i] = (totals[i] || 0) + n; }));
    const roundTicks = (most) => {
        const step = 10 ** Math.floor(Math.log10(most));
        const nice = step * [.2, .5, 1, 2, 5].find((factor) => most / (step * factor) <= 5);
        return Array.from({length: Math.floor(most / nice) + 1}, (_, i) => Number((i * nice).toPrecision(6)));
    };
    const drawRates = (plot) => {
        const [first, last] = [state.from, state.to].map((at) => Math.floor(at / data.rate_width));
        const here = Math.max(1, ...totals.slice(first, last + 1));
        const unit = (plot.height - MARGIN) / Math.max(...totals); // of a message in a bin
        const height = plot.height * here / Math.max(...totals);
        const seconds = data.rate_width / 1e6;
        plot.labels.replaceChildren();
        plot.marks.querySelectorAll('.grid').forEach((line) => line.remove());
        for (const rate of roundTicks(here / seconds)) {
            const up = rate * seconds * unit;
            const y = Math.max(10, Math.min(plot.height, plot.height - up * plot.height / height + 4));
            const text = rate.toLocaleString('en').replace(/,/g, '\u202f');
            plot.labels.append(drawn('text', {class: 'left', x: '100%', dx: -6, y}, text));
            plot.marks.prepend(drawn('path', {class: 'grid', d: `M0 ${plot.height - up}H1000`}));
        }
        return [plot.height - height, height];
    };
    const drawHistogram = () => {
        const bars = [...document.querySelectorAll('[data-bin]')];
        const sums = {}, rows = {};
        for (const [time, took, server, count] of data.answers) {
            const from = time * data.answer_width, to = from + data.answer_width;
            if (to < state.from || from > state.to) continue;
            sums[`${took} ${server}`] = (sums[`${took} ${server}`] || 0) + count;
            rows[took] = (rows[took] || 0) + count;
        }
        const most = Math.max(1, ...Object.values(rows));
        const ends = {};
        for (const bar of bars) {
            const took = bar.dataset.bin.split(' ')[0];
            const wide = 1000 * (sums[bar.dataset.bin] || 0) / most;
            bar.setAttribute('x', ends[took] || 0);
            bar.setAttribute('width', wide);
            ends[took] = (ends[took] || 0) + wide;
        }
    };
    const tellRates = (at) => {
        const bin = Math.floor(at / data.rate_width);
        const counts = Object.entries(data.rates).filter(([, all]) => all[bin]);
        return counts.map(([kind, all]) => `${kind} ${Number((all[bin] / data.rate_width * 1e6).toPrecision(3))}`);
    };
    const watchPlot = (plot) => {
        let begun = null;
        const pick = plot.over.appendChild(make('div', '', {class: 'pick', hidden: ''}));
        const place = (event) => {
            const box = plot.marks.getBoundingClientRect();
            const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
            return state.from + part * (state.to - state.from);
        };
        plot.over.addEventListener('pointerdown', (event) => {
            if (event.button) return;
            begun = place(event);
            plot.over.setPointerCapture(event.pointerId);
        });
        plot.over.addEventListener('pointermove', (event) => {
            const at = place(event);
            const told = plot.name === 'rates' ? tellRates(at) : [];
            plot.at.textContent = [clock(at, 6) + ' UTC', ...told].join(', ');
            if (begun === null) return;
            const [from, to] = [begun, at].sort((a, b) => a - b).map(share);
            pick.hidden = false;
            pick.style.left = `${from * 100}%`;
            pick.style.width = `${(to - from) * 100}%`;
        });
        plot.over.addEventListener('pointerup', (event) => {
            const [from, to] = [begun, place(event)].sort((a, b) => a - b);
            const wide = begun !== null && share(to) - share(from) > .005;
            begun = null;
            pick.hidden = true;
            if (wide) setRange(from, to);
        });
        plot.over.addEventListener('pointercancel', () => { begun = null; pick.hidden = true; });
        plot.over.addEventListener('dblclick', () => setRange(0, data.span));
    };

    // ---- tables --------------------------------------------------------------------------------

    const matches = (table, i) => {
        const time = table.data.times[i];
        if (time && (time[1] < state.from || time[0] > state.to)) return false;
        const marks = table.data.marks[i];
        if (state.marked && !marks.length) return false;
        if (state.finding !== null && state.finding.table === table.number && !marks.includes(state.finding.number))
            return false;
        if (!state.words.length) return true;
        table.texts[i] ??= table.data.rows[i].map(word).join('\n').toLowerCase();
        return state.words.every((each) => table.texts[i].includes(each));
    };
    const byColumn = (table) => {
        const {column, down} = table.sorted;
        const number = table.data.numbers[column];
        const value = (i) => {
            const text = word(table.data.rows[i][column]);
            return number && text !== '' ? Number(text.replace(/\u202f/g, '')) : text;
        };
        const values = table.data.rows.map((_, i) => value(i));
        return (a, b) => {
            const [one, other] = [values[a], values[b]];
            if (one === '' || other === '') return (one === '') - (other === '') || a - b; // unknown: last
            const order = one < other ? -1 : one > other ? 1 : 0;
            return (down ? -order : order) || a - b;
        };
    };
    const rowOf = (table, i) => {
        const row = make('tr');
        const level = data.levels[table.data.marks[i][0]];
        if (level) row.className = level;
        const open = row.appendChild(make('td', undefined, {class: 'open'}));
        const toggle = button('▸', () => tell(table, i, row, toggle));
        toggle.setAttribute('aria-expanded', 'false');
        toggle.setAttribute('aria-label', 'messages of this row');
        if (table.data.where[i] !== null || table.data.shown[i].length) open.append(toggle);
        table.data.rows[i].forEach((number, column) => row.append(cellOf(table, column, word(number))));
        return row;
    };
    const cellOf = (table, column, text) => {
        const kind = table.data.numbers[column] ? 'number' : text.length > 40 ? 'long' : '';
        return make('td', text, kind ? {class: kind} : {});
    };
    const drawTable = (table) => {
        const chosen = table.data.rows.map((_, i) => i).filter((i) => matches(table, i));
        if (table.sorted) chosen.sort(byColumn(table));
        table.body.replaceChildren(...chosen.slice(0, table.limit).map((i) => rowOf(table, i)));
        const all = table.data.total, kept = table.data.rows.length;
        table.count.textContent = chosen.length === all ? `${all} rows` : `${chosen.length} of ${all} rows`
            + (kept < all ? `; ${all - kept} are not in this page` : '');
        const left = chosen.length - table.limit;
        table.more.replaceChildren();
        if (left <= 0) return;
        table.count.textContent += `, here the first ${table.limit}`;
        const show = (count) => () => { table.limit += count; drawTable(table); };
        table.more.append(button(`Show ${Math.min(MORE, left)} more`, show(MORE)));
        if (left > MORE) table.more.append(' ', button(`Show all ${chosen.length}`, show(left)));
    };
    const sortBy = (table, column) => {
        const down = table.sorted?.column === column ? !table.sorted.down : table.data.numbers[column];
        table.sorted = {column, down};
        table.heads.forEach((head, i) => {
            if (i === column) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
            else head.removeAttribute('aria-sort');
        });
        drawTable(table);
    };
    const readTable = (element, number) => {
        const table = {
            number, data: data.tables[number], body: element.querySelector('tbody'), limit: FIRST, sorted: null,
            texts: [], heads: [...element.querySelectorAll('thead th')], count: element.querySelector('.count'),
            more: element.querySelector('.more'),
        };
        table.heads.forEach((head, column) => {
            head.replaceChildren(button(head.textContent, () => sortBy(table, column)));
        });
        element.querySelector('thead tr').prepend(make('th', '', {class: 'open'}));
        return table;
    };

    // ---- the messages of a row -----------------------------------------------------------------

    const tell = (table, i, row, toggle) => {
        const open = row.nextElementSibling?.classList.contains('told');
        toggle.textContent = open ? '▸' : '▾';
        toggle.setAttribute('aria-expanded', String(!open));
        if (open) {
            row.nextElementSibling.remove();
            return;
        }
        const cell = make('td', undefined, {colspan: table.heads.length + 1});
        cell.append(...messagesOf(table, i), ...commandOf(table, i));
        const told = make('tr', undefined, {class: 'told'});
        told.append(cell);
        row.after(told);
    };
    const messagesOf = (table, i) => {
        const shown = table.data.shown[i], seen = table.data.seen[i];
        if (!shown.length) return [make('p', seen ? `${seen} messages, none of them in this page.` : 'No messages in this page.')];
        const list = make('table');
        const head = list.appendChild(make('thead')).appendChild(make('tr'));
        head.append(...data.message_columns.map((name) => make('th', name)));
        const body = list.appendChild(make('tbody'));
        for (const each of shown) {
            const row = body.appendChild(make('tr'));
            row.append(...data.messages[each].map((number) => cellOf({data: {numbers: []}}, 0, word(number))));
        }
        const said = seen > shown.length ? `${shown.length} of ${seen} messages:` : 'Messages:';
        return [make('p', said), list];
    };
    const commandOf = (table, i) => {
        const where = table.data.where[i];
        if (where === null || data.command === null) return [];
        const command = `${data.command} --where ${word(where)}`;
        const line = make('p', 'All of them: ');
        const text = line.appendChild(make('code', command));
        const copy = button('Copy', () => {
            const done = () => { copy.textContent = 'Copied'; };
            const select = () => window.getSelection().selectAllChildren(text);
            if (navigator.clipboard) navigator.clipboard.writeText(command).then(done, select);
            else select();
        });
        line.append(' ', copy);
        return [line];
    };

    // ---- tools ---------------------------------------------------------------------------------

    const id = (name) => document.getElementById(name);
    const drawTables = () => tables.forEach(drawTable);
    const setRange = (from, to) => {
        if (!(to > from)) to = data.span; // typed from behind the end of the old range
        const least = Math.min(data.span, Math.max(10, data.span / 1e5));
        state.from = Math.min(Math.max(0, from), data.span - least);
        state.to = Math.min(data.span, Math.max(to, state.from + least));
        const digits = Math.min(6, Math.max(0, 10 - Math.ceil(Math.log10(state.to - state.from))));
        id('from').value = (state.from / 1e6).toFixed(digits);
        id('to').value = (state.to / 1e6).toFixed(digits);
        id('whole').disabled = state.from === 0 && state.to === data.span;
        drawPlots();
        drawTables();
    };
    const setFinding = (finding) => {
        state.finding = finding;
        id('finding').hidden = !finding;
        if (finding) id('finding').textContent = `✕ only: ${finding.text}`;
        drawTables();
    };
    const begin = () => {
        document.querySelectorAll('[data-table]').forEach((element) => {
            tables.push(readTable(element, Number(element.dataset.table)));
        });
        id('search').addEventListener('input', (event) => {
            state.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
            drawTables();
        });
        id('marked').addEventListener('change', (event) => { state.marked = event.target.checked; drawTables(); });
        id('from').addEventListener('change', () => setRange(Number(id('from').value) * 1e6, state.to));
        id('to').addEventListener('change', () => setRange(state.from, Number(id('to').value) * 1e6));
        id('whole').addEventListener('click', () => setRange(0, data.span));
        id('finding').addEventListener('click', () => setFinding(null));
        document.querySelectorAll('[data-finding]').forEach((link) => link.addEventListener('click', () => {
            const details = id(link.hash.slice(1)).closest('details');
            if (details) details.open = true;
            setFinding({number: Number(link.dataset.finding), table: Number(link.dataset.of), text: link.dataset.text});
        }));
        plots.forEach(watchPlot);
        window.addEventListener('resize', drawPlots);
        id('tools').hidden = false;
        setRange(0, data.span);
    };
    begin();
}
