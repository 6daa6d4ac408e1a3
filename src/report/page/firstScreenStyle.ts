/** The looks of an explanation's first screen, and of what is folded away below it. */
export const firstScreenStyle = `
header:has(+ main .first-screen) { padding-bottom: clamp(1.1rem, 2vw, 1.6rem); }
.page:has(.first-screen) { padding-top: clamp(1.2rem, 2.4vw, 1.8rem); }
.page:has(.first-screen) h1 { font-size: clamp(1.7rem, 1.3rem + 1.4vw, 2.25rem); max-width: 46ch; }
.page:has(.first-screen) .eyebrow { margin-bottom: .5rem; } .page:has(.first-screen) .lede { margin-top: .7rem; font-size: 1.06rem; max-width: 60rem; }
.caution { margin: .7rem 0 0; max-width: 60rem; }
.quiet { color: var(--quiet); } .flag { white-space: nowrap; }
.first-screen { padding-top: clamp(1.1rem, 2vw, 1.6rem); }
.looks { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.25rem clamp(1rem, 2vw, 1.75rem); max-width: 54rem; }
.of-numbers .looks { grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); max-width: none; }
.look { min-width: 0; } .look figcaption { margin-top: .5rem; font-size: .875rem; line-height: 1.4; overflow-wrap: anywhere; }
.photo { display: block; width: 100%; height: auto; }
.photo .faint { filter: grayscale(1); opacity: .28; } .photo .edge { fill: none; stroke: #1d1d1d; stroke-width: 1.2; } .photo .edge.ground { stroke: #fff; stroke-width: 3; }
.photo .hidden-part { fill: url(#hatching); }
.light { display: inline-flex; align-items: baseline; gap: .35em; white-space: nowrap; } .light .mark { align-self: center; margin: 0; }
.first-screen > .note { margin: .9rem 0 0; max-width: 62rem; }
.answers { columns: 3 19rem; column-gap: clamp(1.5rem, 3vw, 2.75rem); margin-top: 1.2rem; padding-top: 1.2rem; border-top: 1px solid var(--line); font-size: .94rem; line-height: 1.5; }
.answers > section { break-inside: avoid; margin-bottom: 1.3rem; }
.answers h2, .answers h3, .identity h2, .identity h3 { font-size: 1.08rem; font-weight: 600; font-family: var(--sans); letter-spacing: 0; margin: 0 0 .45rem; }
.answers p { margin: 0; overflow-wrap: anywhere; } .answers p + ul { margin-top: .4rem; }
.beside-text { display: flex; gap: .9rem; align-items: flex-start; } .look.small { flex: none; width: 6.5rem; }
.of-numbers .beside-text { display: block; } .of-numbers .look.small { width: auto; margin-bottom: .5rem; }
.lights, .lights ul, .plain { list-style: none; margin: 0; padding: 0; } .lights > li { padding: .15rem 0 .35rem; } .lights li li { padding-left: 1.4em; line-height: 1.4; } .plain li { padding: .22rem 0; } :is(.lights, .plain) li { overflow-wrap: anywhere; }
.plain li { padding-left: 1em; text-indent: -1em; } .plain li::before { content: '– '; color: var(--quiet); }
.identity { margin-top: 1.3rem; padding-top: .9rem; border-top: 1px solid var(--line); font-size: .8125rem; line-height: 1.45; }
.identity h2, .identity h3 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.identity dl > div { display: grid; grid-template-columns: minmax(0, 6.5rem) minmax(0, 1fr); gap: .8rem; padding: .1rem 0; }
.identity code { font-family: var(--mono); font-size: .92em; color: var(--quiet); overflow-wrap: anywhere; } .identity .command { color: var(--ink); }
.fold { border-top: 1px solid var(--line); } .fold:first-of-type { margin-top: clamp(1.6rem, 3vw, 2.4rem); } .fold + :not(.fold) { border-top: 1px solid var(--line); }
main > .fold:last-child { border-bottom: 1px solid var(--line); }
.fold > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .9rem; padding: .75rem 0 .75rem 1.4rem; position: relative; color: inherit; list-style: none; cursor: pointer; }
.fold > summary::-webkit-details-marker { display: none; }
.fold > summary::before { content: ''; position: absolute; left: .15rem; top: 1.28rem; width: .42rem; height: .42rem; border: solid var(--accent); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); }
.fold[open] > summary::before { transform: rotate(45deg); }
.fold > summary :is(h2, h3) { font-size: 1.18rem; } .fold > summary:hover :is(h2, h3) { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .2em; }
.gist { color: var(--quiet); font-size: .9rem; }
.fold-contents { padding: .4rem 0 2.2rem 1.4rem; } .fold-contents > :is(h3, h4) { margin: 1.4rem 0 .6rem; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; }
.image-part .looks { max-width: 54rem; } .image-part .answers { margin-top: 1.1rem; }

@media screen and (max-width: 46rem) {
  .looks { grid-template-columns: repeat(2, minmax(0, 1fr)); } .looks > :first-child { grid-column: 1 / -1; }
  .of-numbers .looks { grid-template-columns: minmax(0, 1fr); }
  .fold-contents { padding-left: 0; }
  .identity dl > div { grid-template-columns: minmax(0, 1fr); gap: 0; padding: .25rem 0; }
}
@media print {
  header:has(+ main .first-screen) { padding-bottom: 4mm; } .page:has(.first-screen) h1 { font-size: 20pt; max-width: none; } .page:has(.first-screen) .lede { font-size: 10.5pt; margin-top: 2mm; max-width: none; }
  .first-screen { padding-top: 4mm; break-inside: avoid; } main > .first-screen { break-after: page; }
  .looks { max-width: none; grid-template-columns: repeat(3, 1fr); gap: 4mm; } .look figcaption { font-size: 8.5pt; }
  .answers { columns: 2; column-gap: 8mm; margin-top: 3mm; padding-top: 3mm; font-size: 8.8pt; } .answers > section { margin-bottom: 3mm; } .first-screen > .note { margin-top: 2mm; } .look.small { width: 2.4cm; }
  .identity { margin-top: 4mm; font-size: 8pt; }
  .fold::details-content { content-visibility: visible; display: block; height: auto; } .fold > summary::before { display: none; } .fold > summary, .fold-contents { padding-left: 0; } .fold > summary { break-after: avoid; }
}
`;
