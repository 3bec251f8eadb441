// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The dashboard: one page that brings everything with it and lives on the event stream. It writes what devices and
/// people named only as text, never as markup.
enum Dashboard {
    static let html = PageShell.html(page, style: style, script: script)

    private static let style = """

        :root {
          --ground: #f6f5f1; --card: #fff; --ink: #1d2327; --soft: #667079; --line: #dfddd5;
          --in: #2f6fb3; --out: #2e8b62; --bad: #b3372f; --channel: #ebe9e2;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14181b; --card: #1c2226; --ink: #e6e9ea; --soft: #94a0a8; --line: #2e373d;
            --in: #6ba7e6; --out: #5fc497; --bad: #f08a80; --channel: #283036;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; max-width: 56rem; padding: 1.25rem 1rem 3rem; background: var(--ground); color: var(--ink);
          font: 16px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums;
        }
        header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
        header { align-items: baseline; }
        h1 { font-size: 1.35rem; margin: 0; }
        h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
        h2 { margin: 0 0 .5rem; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
        section { padding: 1rem; margin-top: 1rem; }
        .soft { color: var(--soft); font-size: .875rem; }
        .bad { color: var(--bad); }
        .big { font-size: 1.9rem; line-height: 1.15; }
        .into { color: var(--in); } .outof { color: var(--out); }
        .bar { position: relative; height: 1rem; margin: .6rem 0 .25rem; overflow: hidden; }
        .bar { border-radius: .5rem; background: var(--channel); }
        .bar i { position: absolute; top: 0; bottom: 0; background: var(--in); transition: left .4s, width .4s; }
        .bar i.outof { background: var(--out); } .bar i.bad { background: var(--bad); }
        .bar b { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; }
        .bar b { background: var(--ink); opacity: .55; }
        .ends { display: flex; justify-content: space-between; gap: 1rem; }
        .facts { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; margin-top: .4rem; }
        .evse { padding: .75rem 0; border-top: 1px solid var(--line); }
        .evse:first-of-type { border-top: 0; padding-top: 0; }
        .evse .top { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
        .evse .name { font-weight: 600; overflow-wrap: anywhere; }
        .evse .power { font-size: 1.25rem; white-space: nowrap; }
        .evse .bar { height: .5rem; }
        table { width: 100%; border-collapse: collapse; font-size: .925rem; }
        th { text-align: left; font-weight: 500; color: var(--soft); font-size: .8rem; }
        td, th { padding: .2rem .5rem .2rem 0; vertical-align: top; }
        .n { text-align: right; white-space: nowrap; }
        ul { margin: .4rem 0 0; padding-left: 1.1rem; }
        body.stale section { opacity: .45; }

        """

    private static let page = """
        <header><h1 id="site">Sluice</h1><span class="soft" id="live" role="status">connecting …</span></header>
        <section><h2>Connection point</h2><div id="point"></div></section>
        <section><h2>Charging points</h2><div id="evses"></div></section>
        <section><h2>Limits in force</h2><div id="limits"></div></section>
        <section><h2>Control loop</h2><div id="loop"></div></section>
        <noscript>This page needs JavaScript; <a href="/api/status">/api/status</a> does not.</noscript>
        """

    private static let script = """

        "use strict";
        const $ = id => document.getElementById(id);
        const make = (tag, name, ...inner) => {
          const node = document.createElement(tag);
          if (name) node.className = name;
          node.append(...inner.filter(part => part !== null && part !== undefined && part !== ""));
          return node;
        };
        const power = w => w === undefined ? "unknown"
          : Math.abs(w) >= 1e6 ? (w / 1e6).toFixed(2) + " MW" : (w / 1e3).toFixed(2) + " kW";
        const time = s => s < 120 ? Math.max(0, Math.floor(s)) + " s" : s < 7200 ? Math.floor(s / 60) + " min"
          : s < 172800 ? Math.floor(s / 3600) + " h " + Math.floor(s / 60 % 60) + " min" : Math.floor(s / 86400) + " d";
        const side = w => w > 0 ? "into" : w < 0 ? "outof" : "";
        const arrow = w => w > 0 ? "▶ " : w < 0 ? "◀ " : "";
        const health = l => l.state === "ok" ? "ok" : l.state === "never" ? "never answered"
          : "silent" + (l.age_ms === undefined ? "" : " for " + time(l.age_ms / 1e3));

        function bar(w, out, into, over) {
          const span = out + into || 1, zero = 100 * out / span;
          const shown = Math.max(-out, Math.min(into, w || 0)), size = 100 * Math.abs(shown) / span;
          const fill = make("i", over ? "bad" : side(w));
          fill.style.left = (w < 0 ? zero - size : zero) + "%";
          fill.style.width = size + "%";
          const mark = make("b");
          mark.style.left = zero + "%";
          const channel = make("div", "bar", fill, mark);
          channel.setAttribute("aria-hidden", "true");
          return channel;
        }
        function tightest(status, key) {
          const sizes = status.limits.filter(l => l.scope === "connection point").map(l => l[key])
            .filter(size => size !== undefined);
          return sizes.length ? Math.min(...sizes) : undefined;
        }
        function point(status) {
          const p = status.connection_point, w = p.power_W;
          const into = tightest(status, "import_W"), out = tightest(status, "export_W");
          const over = w > into || -w > out;
          const word = w > 0 ? " import" : w < 0 ? " export" : "";
          const facts = [];
          for (const l of p.current_A ? ["l1", "l2", "l3"] : [])
            facts.push(l.toUpperCase() + " " + p.current_A[l].toFixed(1) + " A");
          if (p.voltage_V !== undefined) facts.push(p.voltage_V.toFixed(1) + " V");
          if (p.frequency_Hz !== undefined) facts.push(p.frequency_Hz.toFixed(2) + " Hz");
          if (p.uncontrolled_W !== undefined) facts.push("building " + power(p.uncontrolled_W));
          const meter = make("span", p.meter.state === "ok" ? "" : "bad", "meter " + health(p.meter));
          return [
            make("div", "big " + (over ? "bad" : side(w)),
              w === undefined ? "unknown" : power(Math.abs(w)) + word),
            over ? make("div", "bad", "over the limit") : null,
            bar(w, out || 0, into || 0, over),
            make("div", "ends soft", make("span", "", "export " + (out === undefined ? "no limit set" : power(out))),
              make("span", "", "import " + (into === undefined ? "no limit set" : power(into)))),
            make("div", "facts soft", ...facts.map(f => make("span", "", f)), meter),
            p.meter.fault ? make("div", "bad soft", p.meter.fault) : null,
          ];
        }
        function evse(e, scale) {
          const w = e.power_W === undefined ? e.target_W : e.power_W;
          const wish = e.wish && e.wish.power_W !== e.target_W
            ? "wish " + power(e.wish.power_W) + " from " + e.wish.source
            + (e.wish.expires_in_s === undefined ? "" : ", " + time(e.wish.expires_in_s) + " left") : null;
          const soc = e.soc_percent === undefined ? null : Math.round(e.soc_percent) + " % charged";
          const facts = [e.state, soc, "target " + power(e.target_W), "bound by " + e.bound_by, wish,
            e.fallback.armed ? null : "no hardware fallback"];
          return make("div", "evse",
            make("div", "top", make("span", "name", e.id + " · " + e.name),
              make("span", "power " + side(w),
                arrow(w) + (e.power_W === undefined ? "unknown" : power(Math.abs(w))))),
            bar(w, scale, scale, false),
            make("div", "facts soft", ...facts.filter(f => f).map(f => make("span", "", f))),
            e.link.state !== "ok" || e.link.fault
              ? make("div", "bad soft", "link " + health(e.link) + (e.link.fault ? ": " + e.link.fault : "")) : null);
        }
        function limits(status) {
          const head = make("tr", "", make("th", "", "Where"), make("th", "n", "Export"),
            make("th", "n", "Import"), make("th", "", "Set by"));
          const cell = w => make("td", "n", w === undefined ? "–" : power(w));
          const left = l => l.expires_in_s === undefined ? "" : ", " + time(l.expires_in_s) + " left";
          return make("table", "", head, ...status.limits.map(l => make("tr", "",
            make("td", "", l.scope), cell(l.export_W), cell(l.import_W), make("td", "", l.source + left(l)))));
        }
        function loop(status) {
          const l = status.loop, facts = [l.period_ms + " ms period", l.ticks + " ticks", l.misses + " missed",
            "p99 " + (l.lateness_us.p99 / 1e3).toFixed(2) + " ms late", "up " + time(status.uptime_s), "version " + status.version];
          return [
            make("div", "facts soft",
              make("span", l.real_time ? "" : "bad", l.real_time ? "real-time" : "not real-time"),
              ...facts.map(f => make("span", "", f))),
            l.notices.length ? make("ul", "soft", ...l.notices.map(n => make("li", "", n))) : null,
          ];
        }
        const show = (id, ...parts) => $(id).replaceChildren(...parts.flat().filter(part => part));
        let seen = 0;
        function render(status) {
          seen = Date.now();
          document.title = status.site + " · Sluice";
          $("site").textContent = status.site;
          show("point", point(status));
          const largest = e => Math.max(Math.abs(e.power_W || 0), Math.abs(e.target_W));
          const scale = Math.max(1000, ...status.evses.map(largest));
          const none = make("div", "soft", "None is configured.");
          show("evses", status.evses.length ? status.evses.map(e => evse(e, scale)) : none);
          show("limits", status.limits.length ? limits(status) : make("div", "soft", "None."));
          show("loop", loop(status));
          live(new Date(status.time).toLocaleTimeString(), false);
        }
        function live(text, stale) {
          $("live").textContent = text;
          $("live").className = stale ? "bad" : "soft";
          document.body.classList.toggle("stale", stale);
        }
        function listen() {
          const source = new EventSource("/api/status/stream");
          source.addEventListener("status", event => render(JSON.parse(event.data)));
          source.onerror = () => {
            live("no answer from the daemon; trying again …", true);
            // A refused connection ends the source for good in some browsers.
            if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
          };
        }
        setInterval(() => {
          const silence = Date.now() - seen;
          if (seen && silence > 5000) live("nothing new for " + time(silence / 1e3), true);
        }, 1000);
        listen();

        """
}
