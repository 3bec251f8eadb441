// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The driver's display at an EVSE: one page that brings everything with it, lives on the event stream, can be read from two
/// metres away and needs no input. What backends wrote is shown as text, or as the few elements of markup that are harmless.
enum DisplayPage {
    static let html = PageShell.html(page, style: style, script: DisplayScript.text)

    private static let style = """

        :root {
          --ground: #f6f5f1; --card: #fff; --ink: #14191d; --soft: #5b656d; --line: #dfddd5;
          --in: #245f9f; --out: #1f7850; --bad: #a92f27; --first: #fff4d6;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #101416; --card: #1a2024; --ink: #f0f3f4; --soft: #9ba7af; --line: #2e373d;
            --in: #7db4f0; --out: #63cf9c; --bad: #f59087; --first: #3a3013;
          }
        }
        * { box-sizing: border-box; }
        html { font-size: clamp(16px, 2.2vmin + .5vw, 34px); }
        body {
          margin: 0; min-height: 100vh; padding: 1.2rem; background: var(--ground); color: var(--ink);
          display: flex; flex-direction: column; gap: 1rem;
          font: 1rem/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums;
        }
        header, footer { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); }
        nav { display: flex; gap: .5rem; }
        nav a { color: inherit; padding: .2rem .6rem; border: 1px solid var(--line); border-radius: .5rem; }
        nav a { text-decoration: none; text-transform: uppercase; }
        nav a[aria-current] { color: var(--ink); border-color: currentColor; }
        h1 { font-size: 2.2rem; line-height: 1.15; margin: 0; overflow-wrap: anywhere; }
        main { display: flex; flex-direction: column; gap: 1rem; flex: 1; }
        .power { font-size: 3.6rem; font-weight: 600; line-height: 1.1; white-space: nowrap; }
        .charging { color: var(--in); } .discharging { color: var(--out); } .bad { color: var(--bad); }
        .soft { color: var(--soft); }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .8rem; }
        .facts > div, .card { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; }
        .facts > div, .card { padding: .7rem .9rem; overflow-wrap: anywhere; }
        .facts dt { color: var(--soft); font-size: .8rem; } .facts dd { margin: 0; font-size: 1.5rem; }
        dl { margin: 0; }
        .first { background: var(--first); }
        .card svg { display: block; width: min(70vw, 14rem); background: #fff; padding: 1rem; }
        .pre { white-space: pre-line; }
        #message, #tariff { display: flex; flex-direction: column; gap: 1rem; }
        main > :empty { display: none; }
        body.stale main { opacity: .4; }

        """

    private static let page = """
        <header><span id="place"></span><nav id="languages"></nav></header>
        <main>
        <h1 id="state" role="status"></h1>
        <div id="now"></div>
        <div id="limit" class="soft"></div>
        <div id="message"></div>
        <dl id="facts" class="facts"></dl>
        <div id="tariff"></div>
        </main>
        <footer><span id="live"></span><span id="clock"></span></footer>
        <noscript>This page needs JavaScript.</noscript>
        """
}
