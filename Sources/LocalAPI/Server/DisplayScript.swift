// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What the driver's page does: draws the newest `Display` it was sent, and says so when there is none.
enum DisplayScript {
    static let text = tools + drawing + listening

    private static let tools = """

        "use strict";
        const $ = id => document.getElementById(id);
        const make = (tag, name, ...inner) => {
          const node = document.createElement(tag);
          if (name) node.className = name;
          node.append(...inner.filter(part => part !== null && part !== undefined && part !== ""));
          return node;
        };
        const show = (id, ...parts) => $(id).replaceChildren(...parts.flat().filter(part => part));
        // Of a backend's markup these elements stay, without their attributes; of the rest only the text.
        const harmless = ["B", "STRONG", "I", "EM", "U", "BR", "P", "UL", "OL", "LI", "H1", "H2", "H3", "SMALL", "TABLE",
          "TBODY", "THEAD", "TR", "TD", "TH"];
        const silent = ["SCRIPT", "STYLE", "TEMPLATE", "TITLE", "NOSCRIPT", "IFRAME", "OBJECT"];
        function copied(from, into) {
          for (const node of from.childNodes) {
            if (node.nodeType === Node.TEXT_NODE) into.append(node.data);
            if (node.nodeType !== Node.ELEMENT_NODE || silent.includes(node.tagName)) continue;
            if (!harmless.includes(node.tagName)) { copied(node, into); continue; }
            const copy = document.createElement(node.tagName);
            copied(node, copy);
            into.append(copy);
          }
          return into;
        }
        function code(symbol) {
          const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
          const path = document.createElementNS(space, "path");
          svg.setAttribute("viewBox", "0 0 " + symbol.size + " " + symbol.size);
          svg.setAttribute("shape-rendering", "crispEdges");
          path.setAttribute("d", symbol.path);
          svg.append(path);
          return svg;
        }
        function words(text) {
          if (!text) return null;
          const node = make("div", "pre");
          if (text.language) node.lang = text.language;
          if (text.code) node.append(code(text.code));
          if (text.format === "HTML") copied(new DOMParser().parseFromString(text.content, "text/html").body, node);
          else node.append(text.content);
          return node;
        }

        """

    private static let drawing = """

        const number = (value, digits) => new Intl.NumberFormat(language,
          { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
        const power = w => number(Math.abs(w) / 1e3, 1) + " kW";
        const energy = wh => number(wh / 1e3, 2) + " kWh";
        function money(m, most) {
          const digits = { minimumFractionDigits: 2, maximumFractionDigits: most };
          try {
            return new Intl.NumberFormat(language, m.currency
              ? { style: "currency", currency: m.currency, ...digits } : digits).format(m.amount);
          } catch { return m.amount + " " + m.currency; }
        }
        function time(s) {
          const two = n => String(n).padStart(2, "0");
          return Math.floor(s / 3600) + ":" + two(Math.floor(s / 60 % 60)) + ":" + two(Math.floor(s % 60));
        }
        let language = "en", shown = null, turn = 0;
        function fact(label, value) { return make("div", "", make("dt", "", label), make("dd", "", value)); }
        function facts(d) {
          const l = d.labels, s = d.session, all = [];
          if (d.soc_percent !== undefined) all.push(fact(l.battery, Math.round(d.soc_percent) + " %"));
          if (s && s.charged_Wh !== undefined) all.push(fact(l.charged, energy(s.charged_Wh)));
          if (s && s.delivered_Wh) all.push(fact(l.delivered, energy(s.delivered_Wh)));
          if (s) all.push(fact(l.duration, time(s.duration_s)));
          if (d.cost) all.push(fact(d.cost.final ? l.totalCost : l.cost, money(d.cost.total, 2)));
          return all;
        }
        function tariff(d) {
          const prices = d.prices.map(p => make("div", "", money(p.price, 4) + " " + p.text));
          if (!d.tariff && !prices.length) return null;
          return make("div", "card", make("div", "soft", d.labels.tariff), words(d.tariff), ...(d.tariff ? [] : prices));
        }
        function payment(d) {
          return d.payment ? make("div", "card", make("div", "soft", d.labels.payment), words(d.payment)) : null;
        }
        function message(d) {
          const next = d.messages.length ? d.messages[turn % d.messages.length] : null;
          const card = next && make("div", "card" + (next.priority === "NormalCycle" ? "" : " first"), words(next.text));
          return [
            d.refusal ? make("div", "card bad", d.refusal) : null,
            d.personal ? make("div", "card", words(d.personal)) : null,
            d.cost_message ? make("div", "card", words(d.cost_message)) : null, card,
          ];
        }
        function chooser(d) {
          return d.languages.length < 2 ? [] : d.languages.map(tag => {
            const link = make("a", "", tag);
            link.href = "?lang=" + encodeURIComponent(tag);
            link.lang = tag;
            if (tag === d.language) link.setAttribute("aria-current", "true");
            return link;
          });
        }
        function draw() {
          const d = shown;
          document.documentElement.lang = language = d.language;
          document.title = d.labels.chargingPoint + " " + d.evse;
          show("place", d.labels.chargingPoint + " " + d.evse);
          if ($("state").textContent !== d.state_text) $("state").textContent = d.state_text;
          $("state").className = d.state === "faulted" || d.state === "unavailable" ? "bad" : d.direction;
          const flows = d.power_W !== undefined && d.direction !== "none";
          show("now", flows ? make("div", "power " + d.direction,
            (d.direction === "charging" ? "▶ " : "◀ ") + power(d.power_W)) : null);
          show("limit", d.limit ? d.limit.text : null);
          show("message", message(d));
          show("facts", facts(d));
          show("tariff", tariff(d), payment(d));
          show("languages", chooser(d));
          show("clock", new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(new Date(d.time)));
        }

        """

    private static let listening = """

        let seen = 0;
        function live(isStale) {
          document.body.classList.toggle("stale", isStale);
          $("live").textContent = isStale ? (shown ? shown.labels.silence : "…") : "";
        }
        function listen() {
          const evse = location.pathname.split("/").filter(part => part).pop();
          const source = new EventSource("/api/display/" + evse + "/stream" + location.search);
          source.addEventListener("display", event => {
            shown = JSON.parse(event.data);
            seen = Date.now();
            live(false);
            draw();
          });
          source.onerror = () => {
            live(true);
            // A refused connection ends the source for good in some browsers.
            if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
          };
        }
        setInterval(() => { if (seen && Date.now() - seen > 5000) live(true); }, 1000);
        // Messages of one rank take turns.
        setInterval(() => { turn += 1; if (shown) show("message", message(shown)); }, 6000);
        listen();

        """
}
