/** What an atlas has beside the looks of all pages. */
export const atlasStyle = `
.page { padding-top: clamp(1.5rem, 3vw, 2.5rem); overflow-wrap: anywhere; } h1 { max-width: none; font-size: clamp(1.8rem, 1.4rem + 1.6vw, 2.6rem); }
header { padding-bottom: 1.6rem; } .question { padding-top: 2.2rem; } .question > h2 { margin-bottom: .8rem; }
.groups { list-style: none; margin-top: 1rem; } .groups > li { border-top: 1px solid var(--line); padding: 1.4rem 0; display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 1.5rem; content-visibility: auto; contain-intrinsic-size: auto 14rem; }
.means { display: flex; gap: .8rem; } .means figcaption { font-size: .8125rem; line-height: 1.35; color: var(--quiet); margin-top: .3rem; }
.mean { display: block; width: 7.5rem; height: auto; image-rendering: pixelated; background: #f9f9f9; box-shadow: 0 0 0 1px var(--faint-line); }
.suspicious { color: var(--poor); } .about { list-style: none; margin: .3rem 0 .8rem; padding: 0; color: var(--quiet); font-size: .9375rem; } .about li { display: inline; } .about li + li::before { content: ' · '; }
.thumbnails { display: flex; flex-wrap: wrap; gap: 4px; } .thumbnail { width: 96px; height: 48px; image-rendering: pixelated; background: var(--panel); }
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--accent); font-size: .9375rem; margin-bottom: .4rem; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; }
#scatter { display: block; width: 100%; max-width: 57.5rem; height: auto; border: 1px solid var(--line); touch-action: none; cursor: crosshair; }
#legend { display: flex; flex-wrap: wrap; gap: .5rem; margin: .8rem 0; }
button, select { font: inherit; font-size: .9375rem; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: .3rem; padding: .3rem .7rem; max-width: 100%; } button { cursor: pointer; }
.comparison { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 1.5rem; align-items: start; margin-top: 1rem; } .comparison .mean { width: 12rem; } .comparison label { display: block; margin-bottom: .6rem; }
@media screen and (max-width: 46rem) { .groups > li, .comparison { grid-template-columns: minmax(0, 1fr); gap: .9rem; } }
`;
