/// The page at `/`: it asks for `/status` by itself, and needs nothing from elsewhere.
enum StatusPage {
    static let html = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>reconcile</title><style>\(style)</style></head>
        <body><main>
        <header><h1>reconcile</h1><p id="state" role="status" aria-live="polite">loading</p></header>
        <dl id="facts"></dl>
        <div id="strip" role="img" aria-label="the last passes"></div>
        <div id="errors" role="alert"></div>
        <p><label for="find">Find</label> <input id="find" type="search" autocomplete="off">
        <label for="only">State</label> <select id="only"><option value="">all</option></select>
        <span id="count"></span></p>
        <div class="scroll"><table><thead><tr id="heads"></tr></thead><tbody id="rows"></tbody></table></div>
        <p id="more"></p>
        <noscript>The page needs JavaScript; <a href="/status">/status</a> is the same as JSON.</noscript>
        </main><script>\(script)</script></body></html>

        """

    private static let style = """
        :root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#fff;--box:#f6f8fa;--line:#d1d9e0;--good:#116329;\
        --bad:#a40e26;--wait:#7d4e00}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--box:#161b22;--line:#3d444d;\
        --good:#7ee787;--bad:#ff9492;--wait:#f0b72f}}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:80rem;margin:0 auto;padding:1rem}h1{font-size:1.3rem;margin:0}
        header{display:flex;gap:1rem;align-items:baseline;flex-wrap:wrap}header p{margin:0;font-weight:600}
        dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.5rem;margin:1rem 0}
        dl div{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.4rem .7rem;overflow-wrap:anywhere}
        dt{color:var(--soft);font-size:.8rem}dd{margin:0}
        #strip{display:flex;gap:2px;height:1.6rem;margin:1rem 0}#strip span{flex:1;max-width:.8rem;border-radius:2px}
        #errors pre{border:2px solid var(--bad);border-radius:6px;padding:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible,input:focus-visible,select:focus-visible\
        {outline:2px solid currentColor;outline-offset:2px}
        td.n{text-align:right;font-variant-numeric:tabular-nums}.good{color:var(--good)}.bad{color:var(--bad)}\
        .wait{color:var(--wait)}
        .bg-good{background:var(--good)}.bg-bad{background:var(--bad)}.bg-wait{background:var(--wait)}
        small{color:var(--soft);display:block}
        @media(max-width:40rem){thead{display:none}tr{display:block;border-bottom:2px solid var(--line);padding:.4rem 0}\
        td{display:block;border:0;padding:.1rem .3rem}td.n{text-align:left}td:not(:empty)::before\
        {content:attr(data-head) " ";color:var(--soft)}}
        """

    private static let script = #"""
        "use strict";
        const $ = id => document.getElementById(id), most = 500;
        const heads = [["key","connection"],["state","state"],["rows","rows"],["last_success_at","as declared"],
          ["next_refresh_at","next refresh"],["problem","problem"]];
        const kind = s => s === "converged" ? "good" : ["pending","suspended","orphaned","incomplete","interrupted"].includes(s) ? "wait" : "bad";
        let sort = "key", down = false, data = null, drawn = "";
        const text = (tag, value, name) => { const e = document.createElement(tag); e.textContent = value; if (name) e.className = name; return e; };
        const ago = t => { if (!t) return ""; const s = (Date.now() - Date.parse(t)) / 1000, a = Math.abs(s);
          const n = a < 90 ? [Math.round(a),"s"] : a < 5400 ? [Math.round(a/60),"min"] : a < 129600 ? [Math.round(a/3600),"h"] : [Math.round(a/86400),"days"];
          return s >= 0 ? `${n[0]} ${n[1]} ago` : `in ${n[0]} ${n[1]}`; };
        for (const [field, name] of heads) {
          const th = document.createElement("th"), b = text("button", name);
          th.scope = "col"; b.type = "button";
          b.onclick = () => { down = sort === field && !down; sort = field; rows(); };
          th.append(b); $("heads").append(th);
        }
        function facts() {
          const p = data.last_pass, all = [["directory", data.directory], ["owner", data.owner], ["revision", (data.git_revision || "").slice(0, 12)],
            ["last pass", p ? `${p.result}, ${ago(p.ended_at)}, ${p.seconds.toFixed(2)} s (${p.reason})` : "none yet"],
            ["next pass", data.pass_running ? "running" : ago(data.next_pass_at)], ["all as declared", ago(data.last_success_at) || "never"],
            ["window", data.window_opens_at ? "closed, opens " + ago(data.window_opens_at) : ""], ["version", data.version], ["API", data.api_problem || "answers"]];
          $("facts").replaceChildren(...all.filter(f => f[1]).map(f => { const d = document.createElement("div"); d.append(text("dt", f[0]), text("dd", f[1])); return d; }));
          const state = p ? p.result : "starting";
          $("state").textContent = `${state}: ${p ? p.summary : "the first pass has not ended"}`; $("state").className = kind(state);
          document.title = `${state} · reconcile`;
          const passes = [...data.recent_passes, ...(p ? [p] : [])].slice(-100);
          $("strip").replaceChildren(...passes.map(q => { const s = text("span", "", "bg-" + kind(q.result)); s.title = `${q.ended_at} ${q.result}: ${q.summary}`; return s; }));
          $("strip").setAttribute("aria-label", `the last ${passes.length} passes, ${passes.filter(q => q.result === "converged").length} of them converged`);
          $("errors").replaceChildren(...(data.manifest_errors.length ? [text("pre", data.manifest_errors.join("\n"))] : []));
        }
        function rows() {
          if (!data) return;
          const find = $("find").value.toLowerCase(), only = $("only").value;
          const found = data.connections.filter(c => (!only || c.state === only) && (!find || (c.key + " " + c.name).toLowerCase().includes(find)));
          found.sort((a, b) => { const x = a[sort], y = b[sort];
            const order = x === y ? (a.key < b.key ? -1 : 1) : x === null ? 1 : y === null ? -1 : x < y ? -1 : 1; return down ? -order : order; });
          for (const th of $("heads").children) th.removeAttribute("aria-sort");
          $("heads").children[heads.findIndex(h => h[0] === sort)].setAttribute("aria-sort", down ? "descending" : "ascending");
          $("count").textContent = `${found.length.toLocaleString()} of ${data.connections.length.toLocaleString()} connections`;
          const key = JSON.stringify([found.slice(0, most), sort, down]); if (key === drawn) return; drawn = key;
          $("rows").replaceChildren(...found.slice(0, most).map(c => {
            const tr = document.createElement("tr"), name = text("td", c.key), problem = text("td", c.problem || "");
            if (c.name !== c.key) name.append(text("small", c.name));
            if (c.help) problem.append(text("small", c.help));
            if (c.planned.length) problem.append(text("small", "planned: " + c.planned.join("; ")));
            const cells = [name, text("td", c.state, kind(c.state)), text("td", c.rows === null ? "" : c.rows.toLocaleString(), "n"),
              text("td", ago(c.last_success_at)), text("td", ago(c.next_refresh_at)), problem];
            cells[3].title = c.last_success_at || ""; cells[4].title = c.next_refresh_at || "";
            cells.forEach((cell, i) => cell.dataset.head = heads[i][1]); tr.append(...cells); return tr; }));
          $("more").textContent = found.length > most ? `${(found.length - most).toLocaleString()} more: find by name or state` : "";
        }
        async function load() {
          try {
            data = await (await fetch("/status", {cache: "no-store"})).json();
            const states = [...new Set(data.connections.map(c => c.state))].sort(), select = $("only");
            if (select.options.length !== states.length + 1) { const value = select.value;
              select.replaceChildren(new Option("all", ""), ...states.map(s => new Option(s, s))); select.value = value; }
            facts(); rows();
          } catch (e) { $("state").textContent = "the daemon does not answer"; $("state").className = "bad"; }
        }
        $("find").oninput = rows; $("only").onchange = rows;
        load(); setInterval(() => { if (!document.hidden) load(); }, 5000);
        """#
}
