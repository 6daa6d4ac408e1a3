import { divergingColour } from '../../pictures/colours.ts';

/** The maps' colours from a strength up to full red, for a gradient. */
function stops(from: number): string {
  const strengths = Array.from({ length: 17 }, (_, i) => from + ((1 - from) * i) / 16);
  return strengths.map((strength) => `rgb(${divergingColour(strength).join(' ')})`).join(', ');
}

/**
 * The page's looks. One accent (a deep green, far from the maps' blue and red); serif headings over a plain sans text;
 * maps and legends keep their own light ground in the dark, so that their colours stay those of the scale.
 */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fdfdfb; --panel: #f6f6f2; --ink: #1d211f; --quiet: #5b625e; --line: #dfe1db; --faint-line: #ebece7;
  --accent: #14685a; --accent-soft: #d7e8e3; --fair: #85590b; --poor: #a33a26;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, 'Book Antiqua', Georgia, serif;
  --sans: -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #151816; --panel: #1c201e; --ink: #e6e8e4; --quiet: #a0a8a3; --line: #343a37; --faint-line: #272c29;
    --accent: #6cc4b0; --accent-soft: #23423b; --fair: #e0b05a; --poor: #ef8b76;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.6 var(--sans); background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; }
.page { max-width: 76rem; margin: 0 auto; padding: clamp(2rem, 6vw, 5.5rem) clamp(1.25rem, 4vw, 3rem) 4rem; }
p { margin: 0 0 .75em; text-wrap: pretty; }
h1, h2, h3, h4, h5 { margin: 0; font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(2.1rem, 1.4rem + 3vw, 3.6rem); line-height: 1.08; letter-spacing: -.015em; font-weight: 500; max-width: 22ch; overflow-wrap: anywhere; }
h2 { font-size: clamp(1.5rem, 1.2rem + 1.1vw, 2rem); font-weight: 500; letter-spacing: -.005em; }
h3 { font-size: 1.25rem; } h4, h5 { font-size: 1.05rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
em { font-style: italic; }
small { display: block; font-size: .875rem; font-weight: 400; color: var(--quiet); }
figure, dl, dd, ol, pre { margin: 0; padding: 0; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; }
.number { font-variant-numeric: tabular-nums lining-nums; text-align: right; white-space: nowrap; }
.measure { max-width: 44rem; }
.note { font-size: .875rem; line-height: 1.5; color: var(--quiet); }
.file { overflow-wrap: anywhere; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

header { padding-bottom: clamp(2rem, 4vw, 3.5rem); border-bottom: 1px solid var(--line); }
.eyebrow { color: var(--accent); font-size: .9rem; font-weight: 600; letter-spacing: .01em; margin-bottom: 1.1rem; overflow-wrap: anywhere; }
.lede { font-size: clamp(1.1rem, 1rem + .4vw, 1.3rem); line-height: 1.5; max-width: 42rem; margin: 1.4rem 0 0; }
.notice { margin: 1.4rem 0 0; padding: .7rem 1rem; border-left: 3px solid var(--poor); background: var(--panel); max-width: 44rem; }
.byline { margin: 1.2rem 0 0; color: var(--quiet); max-width: 44rem; }

nav { border-bottom: 1px solid var(--line); padding: 1.1rem 0; }
nav ol { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .35rem 2rem; }
nav a { display: flex; gap: .7em; padding: .25rem 0; color: inherit; text-decoration: none; line-height: 1.4; }
nav a:hover { text-decoration: underline; }
.ordinal { color: var(--accent); font-family: var(--serif); font-variant-numeric: lining-nums; margin-right: .35em; }
nav .ordinal { margin: 0; }

.question { padding-top: clamp(2.5rem, 5vw, 4.25rem); }
.question > h2, .question > h3 { margin-bottom: 1.5rem; }
.question > h3 { margin-bottom: 1.1rem; }
.image-part .question { padding-top: 2.5rem; }

.picture { display: block; width: 100%; height: auto; background: #f9f9f9; box-shadow: 0 0 0 1px var(--faint-line); }
.sharp { image-rendering: pixelated; }
.outlined { position: relative; }
.outlined svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.outlined path { fill: none; stroke: #6e6e6e; stroke-width: 1.1; stroke-linecap: square; vector-effect: non-scaling-stroke; }
.overview .outlined path { stroke-width: .6; }
.boxed { position: relative; }
.boxed > svg:not(.photo) { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.boxed rect { fill: none; vector-effect: non-scaling-stroke; }
.boxed .ground { stroke: #fff; stroke-width: 2; } .boxed .line { stroke: #1d1d1d; stroke-width: .8; }
.boxed .ground.own { stroke-width: 3.6; } .boxed .line.own { stroke: var(--accent); stroke-width: 2; }
.overview .boxed .ground { stroke-width: 2; } .overview .boxed .line.own { stroke-width: 1.2; }
.boxed text { font-family: var(--sans, sans-serif); font-weight: 600; fill: #1d1d1d; stroke: #fff; stroke-width: .28em; stroke-linejoin: round; paint-order: stroke; }
.decision { display: grid; gap: 2rem clamp(2rem, 5vw, 4.5rem); grid-template-columns: minmax(0, 22rem) minmax(0, 36rem); align-items: start; }
.image-part .decision { grid-template-columns: minmax(0, 15rem) minmax(0, 36rem); }
.seen figcaption, .original figcaption { margin-top: .7rem; font-size: .875rem; line-height: 1.5; color: var(--quiet); }
.drawn { margin: 1.1rem 0 .7rem; }
.verdict-label { font: 500 clamp(2.6rem, 2rem + 2.4vw, 4rem)/1.05 var(--serif); font-variant-numeric: lining-nums; margin: -.12em 0 0; overflow-wrap: anywhere; }
.image-part .verdict-label { font-size: 2.6rem; }
.verdict-sureness { font-size: 1.25rem; color: var(--accent); margin-bottom: 1.1rem; font-variant-numeric: tabular-nums; }
.ranking { margin: 1.6rem 0 1.4rem; }
.ranking caption { text-align: left; font-size: .875rem; color: var(--quiet); padding-bottom: .4rem; }
.ranking thead { font-size: .8125rem; color: var(--quiet); }
.ranking th, .ranking td { padding: .42rem 0 .42rem 1rem; border-top: 1px solid var(--faint-line); vertical-align: middle; }
.ranking th:first-child { padding-left: 0; max-width: 14rem; line-height: 1.35; overflow-wrap: anywhere; }
.ranking thead th, .ranking thead td { border: 0; padding-block: .1rem .3rem; }
.ranking .chosen { font-weight: 600; } .ranking .chosen th { font-weight: 600; }
.long { max-width: 34em; font-size: .68em; letter-spacing: 0; line-height: 1.15; display: block; }
.bar-cell { width: 45%; }
.bar { display: block; background: var(--faint-line); }
.bar span { display: block; height: .6rem; min-width: 1px; background: var(--quiet); opacity: .55; }
.chosen .bar span { background: var(--accent); opacity: 1; }

.figure-line { display: flex; gap: .5rem; margin: 0 0 .75rem; line-height: 1.45; }
.mark { flex: none; width: 1em; height: 1em; margin-top: .22em; vertical-align: -.12em; }
.mark .cut, symbol .cut { fill: none; stroke: var(--ground); stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.mark .line, symbol .line { fill: none; stroke: currentColor; stroke-width: 1.5; }
.good { color: var(--accent); } .fair { color: var(--fair); } .poor { color: var(--poor); } .neutral { color: var(--quiet); }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 0 clamp(1.5rem, 2.6vw, 2.25rem); margin: 1rem 0 1.25rem; }
.measure + :is(h3, h4) { margin-top: 1.75rem; }
.card { display: grid; grid-row: span 5; grid-template-rows: subgrid; row-gap: 0; margin-bottom: 2.25rem; break-inside: avoid; align-content: start; }
.card > :is(h3, h4, h5) { margin: 1rem 0 .4rem; }
.card-text { line-height: 1.5; } .card-text p { margin-bottom: .55em; }
.card > .figure-line { border-top: 1px solid var(--line); padding-top: .7rem; margin: .4rem 0 0; align-self: start; }
.card > .lamp { border-top: 1px solid var(--line); padding-top: .7rem; margin: .4rem 0 0; align-self: start; } .lamp p { margin: 0 0 .2rem; }
.legend { display: flex; flex-wrap: wrap; justify-content: space-between; margin: .6rem 0 0; font-size: .8125rem; line-height: 1.3; color: var(--quiet); font-variant-numeric: tabular-nums; align-self: start; }
.legend :is(img, .strip) { display: block; width: 100%; height: .5rem; margin-bottom: .3rem; } .strip.both { background: linear-gradient(to right, ${stops(-1)}); } .strip.one { background: linear-gradient(to right, ${stops(0)}); }

.cards.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); } .wide .card { grid-row: auto; grid-template-rows: none; }
.signal p { display: flex; justify-content: space-between; gap: 1rem; margin: .5rem 0 .2rem; font-size: .8125rem; line-height: 1.3; color: var(--quiet); font-variant-numeric: tabular-nums; } .signal p span:first-child { overflow-wrap: anywhere; } .signal .along { margin: .2rem 0 0; font-size: .75rem; }
.trace { position: relative; height: 4.5rem; background: #f9f9f9; box-shadow: 0 0 0 1px var(--faint-line); overflow: hidden; } .trace :is(img, svg) { position: absolute; inset: 0; width: 100%; height: 100%; } .trace img { image-rendering: pixelated; }
.trace polyline { fill: none; stroke: #1d211f; stroke-width: 1.25; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.overview .signal p { display: none; } .overview .trace { height: 2rem; } .overview .trace + p + .trace { margin-top: 2px; } .overview .signal { width: var(--map); } .overview tbody th .signal { width: 4.25rem; flex: none; } .overview tbody th .signal p { margin: 0; } .overview .trace polyline { stroke-width: .9; }
.features, .feature-bars { font-size: .875rem; line-height: 1.35; } :is(.features, .feature-bars) :is(th, td) { padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--faint-line); vertical-align: middle; } :is(.features, .feature-bars) tr:first-child :is(th, td) { border-top: 0; } :is(.features, .feature-bars) :is(th, td):last-child { padding-right: 0; }
table.feature-bars { table-layout: fixed; } .feature-bars td.number { width: 5.5rem; } .feature-bars th { width: 38%; overflow-wrap: anywhere; } .feature-bars th span { color: var(--quiet); font-weight: 400; font-variant-numeric: tabular-nums; margin-left: .3em; } .features + details, .feature-bars + details { font-size: .875rem; margin-top: .4rem; } summary { color: var(--accent); cursor: pointer; }
.diverging { position: relative; height: 1.2rem; background: linear-gradient(var(--line), var(--line)) 50% 0 / 1px 100% no-repeat; } .diverging span { position: absolute; top: 50%; height: .7rem; margin-top: -.35rem; min-width: 1px; } .speaks-for { background: #c8321f; } .speaks-against { background: #2a63c4; }
.feature-bars.small { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 .3rem; font-size: .62rem; align-items: center; width: var(--map); } .feature-bars.small > span:nth-child(odd) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .feature-bars.small .diverging { height: .8rem; } .feature-bars.small .diverging span { height: .45rem; margin-top: -.225rem; }

.checks { width: auto; } .checks th, .checks td { padding: .34rem 1.6rem .34rem 0; border-top: 1px solid var(--faint-line); vertical-align: middle; white-space: nowrap; }
.checks thead th { border: 0; font-size: .8125rem; color: var(--quiet); } .checks td { font-variant-numeric: tabular-nums lining-nums; }
.checked { display: flex; align-items: center; gap: .5rem; } .checked .mark { margin: 0; } .checked .lines { margin: 0 0 0 auto; width: 3rem; }
.checks tfoot { color: var(--quiet); } .checks tfoot td { padding-left: 1.5rem; } .checks tfoot tr:first-child > * { border-top: 1px solid var(--line); }
.meanings { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem clamp(1.5rem, 3vw, 3rem); margin-top: 1.75rem; font-size: .875rem; line-height: 1.5; }
.meanings dt { font-weight: 600; color: var(--ink); } .meanings dd { color: var(--quiet); }
.lines { display: block; width: 6rem; margin: .3rem 0 .2rem auto; } .lines * { fill: none; vector-effect: non-scaling-stroke; }
.lines .frame { stroke: var(--line); } .lines .own { stroke: var(--accent); stroke-width: 1.75px; } .lines .comparison { stroke: var(--quiet); stroke-width: 1px; stroke-dasharray: 2 2; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 2.25rem clamp(2rem, 4vw, 4rem); }
.facts section { break-inside: avoid; }
.facts dl { margin-top: .7rem; }
.facts dl div { display: grid; grid-template-columns: minmax(0, 9.5rem) minmax(0, 1fr); gap: 1rem; padding: .45rem 0; border-top: 1px solid var(--line); line-height: 1.45; }
dt { color: var(--quiet); } dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.repeat { margin-top: 2.5rem; }
pre { font: .9rem/1.6 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); padding: 1rem 1.2rem; margin: .8rem 0; border-left: 3px solid var(--accent); }
footer { margin-top: 5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); font-size: .875rem; color: var(--quiet); }

.scroll { padding: 1px; position: relative; }
.overview { padding-top: clamp(2.5rem, 5vw, 4rem); }
.overview h2 { margin-bottom: 1rem; }
.scroll { overflow-x: auto; margin-top: 1.5rem; }
.overview table { --map: clamp(4.25rem, calc(50rem / var(--columns) - 1.1rem), 7.5rem); width: auto; border-collapse: separate; border-spacing: 0; }
.overview th, .overview td { padding: .6rem 1.1rem .6rem 0; border-top: 1px solid var(--line); vertical-align: middle; }
.overview thead th { border: 0; vertical-align: bottom; font-size: .875rem; line-height: 1.3; color: var(--quiet); }
.overview tbody th { width: 11rem; }
.overview :is(thead, tbody) th:first-child { position: sticky; left: 0; background: var(--ground); z-index: 1; }
.overview tbody th a { display: flex; align-items: center; gap: .9rem; overflow-wrap: anywhere; line-height: 1.3; }
.overview tbody th .picture { width: 4.25rem; flex: none; }
.overview tbody th span { min-width: 4rem; }
.decided { min-width: 8.5rem; } .decided > * { display: block; text-align: left; line-height: 1.4; }
.decided strong { font: 600 1.35rem/1.2 var(--serif); font-variant-numeric: lining-nums; }
.judged > .truth { display: block; white-space: nowrap; } .truth { font-size: .875rem; } .truth .mark { margin: 0 .4em 0 0; }
.overview .method { min-width: calc(var(--map) + 1.1rem); max-width: calc(var(--map) + 1.1rem); hyphens: auto; } .overview thead th.method { font-size: 0.68rem; padding-right: 0; } td.method :is(.outlined, .boxed, .picture) { width: var(--map); } td.method :is(.outlined, .boxed) :is(.outlined, .picture) { width: 100%; }

.data { width: auto; min-width: min(100%, 24rem); margin: 0 0 1.5rem; }
.data caption { text-align: left; font-size: .875rem; color: var(--quiet); padding-bottom: .5rem; max-width: 44rem; }
.data th, .data td { padding: .42rem 1.4rem .42rem 0; border-top: 1px solid var(--faint-line); vertical-align: middle; }
.data thead th { border: 0; font-size: .8125rem; color: var(--quiet); vertical-align: bottom; line-height: 1.35; }
.data :is(th, td).number { padding: .42rem 0 .42rem 1.4rem; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: 1.1rem 1rem; margin: 1rem 0 1.75rem; }
.units .sheet { grid-template-columns: repeat(auto-fill, minmax(5.75rem, 1fr)); gap: 1.1rem .9rem; }
.sheet figcaption { margin-top: .4rem; font-size: .8125rem; line-height: 1.4; color: var(--quiet); }
.chart { display: block; max-width: 100%; height: auto; margin: 1rem 0 1.5rem; color: var(--ink); }

.beside { width: auto; } .beside th, .beside td { padding: .55rem 1.1rem .55rem 0; vertical-align: top; font-size: .8125rem; line-height: 1.35; color: var(--quiet); }
.beside thead th { max-width: 10rem; vertical-align: bottom; } .beside tbody :is(th, td) > :first-child { width: clamp(5rem, calc(68rem / var(--columns) - 1.1rem), 10rem); } .beside :is(th, td) span { display: block; margin-top: .35rem; max-width: 10rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; } .beside tbody th span { color: var(--ink); }
.beside-legend { max-width: 22rem; margin: .4rem 0 1rem; }
.freedom { display: grid; gap: 1.5rem clamp(1.5rem, 3vw, 3rem); grid-template-columns: repeat(2, minmax(0, 17rem)) minmax(16rem, 34rem); align-items: start; }
.freedom-text > p:first-child { font-size: 1.05rem; line-height: 1.55; }
@media screen and (max-width: 60rem) { .freedom { grid-template-columns: repeat(2, minmax(0, 1fr)); } .freedom-text { grid-column: 1 / -1; } }
@media print { .freedom { grid-template-columns: 4cm 4cm 1fr; gap: .6cm; break-inside: avoid; } }

.paths { width: auto; } .paths th, .paths td { padding: .55rem .55rem .55rem 0; border-top: 1px solid var(--faint-line); vertical-align: top; font-size: .8125rem; line-height: 1.35; }
.paths thead th { border: 0; vertical-align: bottom; color: var(--quiet); max-width: 6.5rem; } .paths tbody th { font-size: 1.05rem; font-family: var(--serif); min-width: 4.5rem; } .paths tbody th span { display: block; margin-top: .3rem; } .paths tbody th .picture { width: 4rem; } .paths td small, .paths th small { font-size: .75rem; font-family: var(--sans); }
.paths td .picture { width: 4.5rem; } .paths .wins { display: block; margin-top: .35rem; font-variant-numeric: tabular-nums; } .paths .own { background: var(--panel); } .paths td.number { vertical-align: middle; }
.kernels { display: flex; gap: .3rem; margin-bottom: .4rem; align-items: end; } .kernels .picture { width: 2rem; }
.stages { display: flex; flex-wrap: wrap; gap: 1rem 1.6rem; align-items: flex-start; margin: 1rem 0 1.6rem; } .stages .picture { width: 5rem; } .stages .maps { display: grid; gap: .4rem; } .stages figcaption { font-size: .8125rem; color: var(--quiet); margin-top: .4rem; } .stages small { display: block; }
.framed { display: inline-block; padding: 3px; border: 3px solid transparent; } .framed:empty { display: none; } .framed.first { border-color: #c8321f; } .framed.second { border-color: #2a63c4; }
.key, .tag { padding: 0 .35em; border: 2px solid transparent; font-variant-numeric: tabular-nums; } .key.first, .tag.first { border-color: #c8321f; } .key.second, .tag.second { border-color: #2a63c4; }
.regions td { max-width: 9.5rem; } .regions td .picture { width: 8rem; } .regions td small { margin-top: .35rem; }
.sheet:is(.deciding, .squares) { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1.3rem 1.5rem; max-width: 68rem; } .deciding figcaption { overflow-wrap: anywhere; }
.filter-row { display: flex; flex-wrap: wrap; gap: .6rem; margin: .8rem 0; } .filter-row .picture { width: 3.2rem; } .filter-row figcaption { font-size: .75rem; color: var(--quiet); text-align: center; }
.filters-table td small { display: inline; } .ablation .data :is(th, td):not(.number):not(:first-child) { padding-left: 1.4rem; } .ablation td span { white-space: nowrap; } .paths thead .picture { width: 4rem; margin-bottom: .4rem; } .paths .kernels .picture { margin: 0; width: 2rem; }
.weight-sheets { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1rem clamp(1rem, 2vw, 1.75rem); margin: 1.2rem 0 2rem; break-inside: avoid; }
.weight-sheets .picture { image-rendering: auto; } :is(.weight-sheets, .fired) figcaption { margin-top: .5rem; font-size: .875rem; line-height: 1.45; color: var(--quiet); }
.pruned + .pruned { margin-top: 3rem; } .pruned h4 { margin: 1.6rem 0 .4rem; } .pruned > h3 { margin-bottom: .8rem; }
.triples .sheet { grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); }
.fired { display: grid; grid-template-columns: minmax(0, 9.5rem) minmax(0, 1fr); gap: 1rem clamp(1.5rem, 3vw, 2.5rem); align-items: start; padding: 1.1rem 0; border-top: 1px solid var(--faint-line); break-inside: avoid; } .fired .sheet { margin: 0; }
@media screen and (max-width: 46rem) { .weight-sheets { grid-template-columns: minmax(0, 1fr); } .fired { grid-template-columns: minmax(0, 1fr); } .fired > figure { max-width: 9.5rem; } }

.rules { margin: 1.5rem 0; }
.rule { list-style: none; display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .3rem; margin: 1.1rem 0 .3rem; padding-top: 1.1rem; border-top: 1px solid var(--faint-line); break-inside: avoid; } .rule li { display: flex; align-items: center; gap: .3rem; }
.rule .joint { font-size: .75rem; color: var(--quiet); } .rule .conclusion .joint { font-size: 1.5rem; color: var(--accent); margin-left: .5rem; } .conclusion strong { font: 600 1.9rem/1 var(--serif); font-variant-numeric: lining-nums; }
.literal { width: 4.2rem; position: relative; text-align: center; } .literal figcaption { font-size: .75rem; line-height: 1.35; color: var(--quiet); }
.literal.negated .picture { opacity: .6; } .literal { isolation: isolate; } .literal .picture + .picture { margin-top: 2px; } .literal.negated::before { content: ''; position: absolute; inset: 0 0 1.1rem; background: linear-gradient(to top right, transparent calc(50% - 1px), var(--poor) calc(50% - 1px), var(--poor) calc(50% + 1px), transparent calc(50% + 1px)); z-index: 1; pointer-events: none; } .literal.negated figcaption { color: var(--poor); }
.literal.held .picture { box-shadow: 0 0 0 2px var(--accent); } .literal.failed .picture { box-shadow: 0 0 0 2px var(--poor); } .rule-text { overflow-wrap: anywhere; }

.image-part { margin-top: clamp(3.5rem, 7vw, 6rem); padding-top: 1.4rem; border-top: 2px solid var(--ink); }
.part-title { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .5rem 2rem; }
.part-title .file { color: var(--quiet); margin-right: .6em; }
.back { font-size: .9rem; }

@media screen and (max-width: 46rem) {
  .decision, .image-part .decision { grid-template-columns: minmax(0, 1fr); }
  .seen { max-width: 20rem; }
  .bar-cell { width: 26%; } .ranking th, .ranking td { padding-left: .7rem; }
  .facts dl div { grid-template-columns: minmax(0, 7rem) minmax(0, 1fr); }
  .original { display: none; } .overview table { --map: clamp(4.25rem, calc(14rem / var(--columns)), 5.5rem); }
  .overview :is(thead, tbody) th:first-child { padding-right: .8rem; }
  .card { grid-row: auto; grid-template-rows: none; }
  .overview tbody th a { flex-direction: column; align-items: start; gap: .35rem; }
  .overview tbody th { width: auto; } .decided { min-width: 6.5rem; }
}
@media print {
  @page { margin: 16mm 15mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  html { font-size: 10pt; background: none; }
  .page { max-width: none; padding: 0; }
  h1 { font-size: 24pt; } h1, h2, h3, h4, h5 { break-after: avoid; }
  nav, .back { display: none; } a { color: inherit; text-decoration: none; }
  .decision, .image-part .decision { grid-template-columns: 5cm 1fr; gap: .8cm; break-inside: avoid; }
  .cards { grid-template-columns: repeat(4, 1fr); gap: 0 5mm; } .card { margin-bottom: 6mm; } .card, .legend, .note { font-size: 8.5pt; }
  .picture { box-shadow: none; } .measure { break-inside: avoid; break-after: avoid; }
  .scroll { overflow: visible; }
  .overview table { width: 100%; min-width: 0; } .overview th, .overview td { padding: 1.5mm 1.5mm 1.5mm 0; }
  .overview thead { display: table-header-group; } .overview thead th { font-size: 7pt; }
  .overview tbody th .picture { width: 1cm; } .overview tbody th { width: auto; min-width: 1.5cm; font-size: 7pt; } .overview tbody th a { flex-direction: column; align-items: start; gap: .5mm; } .overview tbody th span { min-width: 0; } .decided, .truth { font-size: 7pt; } .decided { width: 1.6cm; } .decided strong { font-size: 10pt; }
  .decided, .overview .method { min-width: 0; max-width: none; } .overview :is(thead, tbody) th:first-child { position: static; }
  td.method :is(.outlined, .boxed, .picture) { width: min(2.2cm, calc(10.5cm / var(--columns))); } td.method :is(.outlined, .boxed) :is(.outlined, .picture) { width: 100%; }
  tr, pre, .facts section { break-inside: avoid; }
  .image-part { break-before: page; margin-top: 0; }
}
`;
