// Draws what stands in figure[data-picture]: a tree, bars, a line, a flow, a map. The figures come from the page; each picture has
// its words and a table beside it.
(() => {
  const drawn = new Map();
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const language = document.documentElement.lang;
  const palette = ["#4080d8", "#d6336c", "#f59f00", "#2fb344", "#ae3ec9", "#0ca678"];
  const [BLUE, RED, AMBER] = palette;
  const BANDS = { sound: "#8ce99a", call: "#ffd43b", sale: "#ffa8a8", unpriced: "#ced4da" }; // dark words on each, in both themes
  const day = (seconds) => new Date(seconds * 1000).toLocaleDateString(language, { timeZone: "UTC", dateStyle: "medium" });
  const brief = (amount) => new Intl.NumberFormat(language, { notation: "compact" }).format(amount);
  const words = (more = {}) => ({ color: style("--tblr-body-color"), ...more });
  const axis = (more = {}) => ({ axisLabel: words({ hideOverlap: true, ...more }), splitLine: { lineStyle: { color: style("--tblr-secondary"), opacity: 0.25 } } });
  const tip = (said) => ({ trigger: "item", confine: true, formatter: (one) => echarts.format.encodeHTML(said(one)) });
  const common = () => ({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    useUTC: true,
    color: palette,
    textStyle: { color: style("--tblr-body-color"), fontFamily: style("--tblr-font-sans-serif") || "sans-serif" },
  });
  const depth = (node) => 1 + Math.max(0, ...node.children.map(depth));
  const leaves = (node) => (node.children.length ? node.children.reduce((sum, child) => sum + leaves(child), 0) : 1);
  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

  // What each kind is drawn with, and the room it needs: [least width, height] in pixels.
  const pictures = {
    line: {
      room: () => [0, 320],
      option: ({ points, values, lines }) => ({
        grid: { left: 56, right: 24, top: 24, bottom: 32 },
        tooltip: { trigger: "axis", confine: true, valueFormatter: (value) => `${value} %` },
        xAxis: { type: "time", ...axis({ formatter: (at) => day(at / 1000) }), splitLine: { show: false } },
        yAxis: {
          type: "value", min: 0, max: ({ max }) => Math.ceil(Math.max(max, ...lines.map(([, bps]) => bps / 100)) / 10 + 0.5) * 10,
          ...axis({ formatter: "{value} %" }),
        },
        series: [
          {
            type: "line", showSymbol: points.length < 40, data: points.map((at, number) => [at * 1000, values[number] === null ? null : values[number] / 100]),
            markLine: {
              symbol: "none", label: words({ formatter: "{b}", position: "insideEndTop" }),
              data: lines.map(([name, bps], number) => ({ name: `${name} ${bps / 100} %`, yAxis: bps / 100, lineStyle: { color: [AMBER, RED][number], width: 1.5 } })),
            },
          },
        ],
      }),
    },
    bars: {
      room: () => [0, 240],
      option: ({ labels, series, said, decimals }) => ({
        grid: { left: 64, right: 16, top: series.length > 1 ? 40 : 16, bottom: 32 },
        legend: { show: series.length > 1, top: 8, textStyle: words() },
        tooltip: tip(({ dataIndex }) => said[dataIndex]),
        xAxis: { type: "category", data: labels, ...axis() },
        yAxis: { type: "value", ...axis({ formatter: (minor) => brief(minor / 10 ** decimals) }) },
        series: series.map(({ name, values }) => ({ type: "bar", stack: "all", name, data: values, barMaxWidth: 48 })),
      }),
    },
    map: {
      room: ({ loans }) => [0, loans.length > 6 ? 320 : loans.length > 1 ? 200 : 120],
      option: ({ loans, bands }) => ({
        tooltip: tip(({ data }) => data.said),
        series: [
          {
            type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, left: 16, right: 16, top: 16, bottom: 16,
            itemStyle: { gapWidth: 3, borderColor: style("--tblr-bg-surface") },
            label: { color: "#182433", fontSize: 13, lineHeight: 18, overflow: "truncate" },
            data: loans.map((loan) => ({ ...loan, name: [...loan.lines, bands[loan.band]].join("\n"), itemStyle: { color: BANDS[loan.band] } })),
          },
        ],
      }),
    },
    tree: {
      room: ({ roots }) => [190 + 250 * Math.max(...roots.map(depth)), Math.max(130, 48 * sum(roots.map(leaves)) + 40)],
      option: ({ roots }) => {
        const all = sum(roots.map(leaves));
        let above = 0;
        return {
          tooltip: tip(({ data }) => data.said),
          series: roots.map((root) => {
            const top = above;
            above += leaves(root);
            return {
              type: "tree", data: [root], orient: "LR", roam: false, expandAndCollapse: false, initialTreeDepth: -1,
              left: 24, right: 190, top: `${(top * 100) / all + 6}%`, bottom: `${((all - above) * 100) / all + 4}%`,
              symbol: "circle", symbolSize: 10, itemStyle: { color: BLUE, borderWidth: 0 }, lineStyle: { color: style("--tblr-secondary"), width: 1.5 },
              label: words({ position: "top", align: "left", distance: 6, formatter: ({ data }) => data.said }),
              leaves: { label: { position: "right", align: "left", verticalAlign: "middle", width: 176, overflow: "break" } },
            };
          }),
        };
      },
    },
    flow: {
      room: ({ links }) => [0, Math.max(120, Math.min(480, 56 * links.length + 32))],
      option: ({ nodes, links }, width) => ({
        tooltip: tip(({ data }) => data.said),
        series: [
          {
            type: "sankey", links, left: 8, right: width < 560 ? 110 : 170, top: 16, bottom: 16, nodeGap: 14, draggable: false,
            data: nodes.map((node, number) => ({ ...node, itemStyle: { color: palette[number % palette.length] } })),
            label: words({ width: width < 560 ? 100 : 160, overflow: "truncate", formatter: ({ data }) => data.said }),
            edgeLabel: words({ show: width >= 560, formatter: ({ data }) => data.amount }),
            lineStyle: { color: "source", opacity: 0.35 }, emphasis: { focus: "adjacency" },
          },
        ],
      }),
    },
  };

  const show = (place, chart) => {
    const given = JSON.parse(place.dataset.given), kind = pictures[place.dataset.picture];
    const [least, height] = kind.room(given), inner = chart.getDom();
    const width = Math.max(least, place.clientWidth);
    inner.style.width = `${width}px`;
    place.style.height = inner.style.height = `${height}px`;
    if (width > place.clientWidth) place.tabIndex = 0; else place.removeAttribute("tabindex");
    chart.resize({ width, height });
    chart.setOption({ ...common(), ...kind.option(given, width) }, true);
  };
  const draw = () => {
    for (const [place, chart] of drawn) {
      if (!place.isConnected) { chart.dispose(); drawn.delete(place); }
    }
    for (const place of document.querySelectorAll("figure[data-picture]")) {
      if (!drawn.has(place)) {
        place.replaceChildren();
        const chart = echarts.init(place.appendChild(document.createElement("div")), null, { renderer: "svg", width: 300, height: 100 });
        chart.on("click", ({ data }) => { if (data?.href) location.assign(data.href); });
        drawn.set(place, chart);
      }
      show(place, drawn.get(place));
    }
  };
  let waits = 0;
  addEventListener("resize", () => { cancelAnimationFrame(waits); waits = requestAnimationFrame(draw); });
  document.addEventListener("htmx:afterSettle", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  draw();
})();
