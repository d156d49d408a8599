// The style sheet of report.html. Tables stack into cards on a phone and grow on a projector; colours are pairs with
// a contrast above 7:1 (WCAG AAA) on both grounds. No '<', '>' or '&': the text stands in XML.
#include "bench/report/html_page.h"

namespace report {

const char* const kStyle = R"css(
:root { color-scheme: light dark; --paper: #fdfcf9; --card: #ffffff; --ink: #1d232b; --soft: #4a5260; --rule: #dcd8cf;
  --accent: #0b4f8a; --claim: #6b3a00; --good: #0b5a2e; --bad: #97180f; --tint: #f3f0e8; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161b; --card: #1a2027; --ink: #eef1f4; --soft: #b9c1cb;
  --rule: #39424d; --accent: #8cc4ff; --claim: #f0c48a; --good: #8fe0ae; --bad: #ffaaa0; --tint: #222a33; } }
* { box-sizing: border-box; }
html { font-size: clamp(16px, 0.55vw + 12px, 24px); -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main, header, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 0.5rem; letter-spacing: -0.01em; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 3rem 0 0.75rem; padding-top: 0.75rem;
  border-top: 3px solid var(--ink); }
h3 { font-size: 1.1rem; margin: 1.5rem 0 0.25rem; }
p { max-width: 46rem; margin: 0.5rem 0; }
a { color: var(--accent); }
code { font: 0.92em ui-monospace, monospace; background: var(--tint); padding: 0.1em 0.3em; border-radius: 3px; }
.lead { font-size: 1.15rem; color: var(--soft); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; margin: 1rem 0 0; }
nav a { display: inline-block; padding: 0.35rem 0; }
.figures { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin: 1.5rem 0 0;
  padding: 0; }
.figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.8rem 1rem; }
.figures dt { color: var(--soft); }
.figures dd { margin: 0; }
.figures .number { font-size: 1.9rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures .number.none { font-size: 1.2rem; color: var(--soft); line-height: 2.28rem; }
.small, .detail { color: var(--soft); font-size: 0.86rem; }
table { border-collapse: collapse; width: 100%; background: var(--card); margin: 1rem 0; }
caption { text-align: left; color: var(--soft); padding: 0 0 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.55rem 0.75rem; border: 1px solid var(--rule); }
thead th { background: var(--ink); color: var(--paper); border-color: var(--ink); }
thead .detail { color: inherit; font-weight: 400; display: block; }
tr.claim th, tr.claim td { background: var(--tint); border-top: 3px solid var(--ink); }
tr.claim td { color: var(--claim); font-style: italic; }
tbody th { font-weight: 600; width: 18%; }
tr.line th { font-weight: 400; }
.value { display: block; font-weight: 600; font-variant-numeric: tabular-nums; }
.none .value { font-weight: 400; color: var(--soft); }
.detail { display: block; }
.verdict { display: inline-block; margin-top: 0.2rem; font-size: 0.86rem; font-weight: 600; }
.agrees { color: var(--good); } .differs { color: var(--bad); } .too { color: var(--soft); }
figure { margin: 1.5rem 0; background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
  padding: 1rem; }
figcaption { margin-bottom: 0.5rem; }
figcaption strong { display: block; font-size: 1.1rem; }
figure svg { width: 100%; height: auto; display: block; }
.narrow { display: none; }
.env { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.25rem 1.25rem; }
.env dt { color: var(--soft); } .env dd { margin: 0; }
footer { padding-top: 2rem; padding-bottom: 3rem; color: var(--soft); }
@media (max-width: 760px) {
  h1 { font-size: 1.7rem; }
  .wide { display: none; } .narrow { display: block; }
  figure { margin-inline: -0.5rem; padding: 0.75rem 0.5rem; }
  table, tbody, tr, th, td, caption { display: block; width: auto; }
  table { background: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; margin: 0 0 0.75rem; overflow: hidden; }
  tbody th { width: auto; border: 0; }
  tr.claim { margin-top: 2rem; background: var(--tint); } tr.claim th { font-size: 1.2rem; border-top: 0; }
  tr.claim td { border-top: 1px solid var(--rule); }
  tr.line th { font-weight: 600; padding-bottom: 0.25rem; }
  td { border: 0; border-top: 1px solid var(--rule); padding: 0.5rem 0.75rem; }
  td::before { content: attr(data-label); display: block; color: var(--soft); font-size: 0.86rem; font-style: normal; }
  td.nothing { display: none; }
  .env { grid-template-columns: 1fr; } .env dd { margin-bottom: 0.5rem; }
}
@media print { :root { --paper: #fff; --card: #fff; } h2 { break-after: avoid; } tr, figure { break-inside: avoid; } nav { display: none; } }
)css";

}  // namespace report
