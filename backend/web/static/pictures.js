// Draws what stands in figure[data-picture]: a tree, bars, a line, a flow. The figures come from the page; each picture has
// its words and a table beside it.
(() => {
  const drawn = new Map();
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const common = () => ({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { color: style("--tblr-body-color"), fontFamily: style("--tblr-font-sans-serif") || "sans-serif" },
    aria: { enabled: false },
  });
  const day = (seconds) => new Date(seconds * 1000).toLocaleDateString(document.documentElement.lang, { timeZone: "UTC" });
  const brief = (amount) => new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" }).format(amount);
  const axis = { axisLabel: { color: "inherit" }, splitLine: { lineStyle: { opacity: 0.25 } } };
  const palette = () => ["#206bc4", "#d6336c", "#f59f00", "#2fb344", "#ae3ec9", "#0ca678"];

  const pictures = {
    line: ({ points, values, lines }) => ({
      grid: { left: 56, right: 24, top: 24, bottom: 32 },
      tooltip: { trigger: "axis", valueFormatter: (value) => `${value} %` },
      xAxis: { type: "category", data: points.map(day), ...axis },
      yAxis: { type: "value", axisLabel: { ...axis.axisLabel, formatter: "{value} %" }, splitLine: axis.splitLine },
      series: [
        {
          type: "line", showSymbol: points.length < 40, data: values.map((bps) => (bps === null ? null : bps / 100)),
          markLine: {
            symbol: "none", label: { formatter: "{b}", position: "insideEndTop", color: style("--tblr-body-color") },
            data: lines.map(([name, bps]) => ({ name, yAxis: bps / 100 })),
          },
        },
      ],
    }),
    bars: ({ points, values, said, decimals }) => ({
      grid: { left: 64, right: 16, top: 16, bottom: 32 },
      tooltip: { trigger: "item", formatter: ({ dataIndex }) => echarts.format.encodeHTML(said[dataIndex]) },
      xAxis: { type: "category", data: points.map(day), ...axis },
      yAxis: { type: "value", axisLabel: { ...axis.axisLabel, formatter: (minor) => brief(minor / 10 ** decimals) }, splitLine: axis.splitLine },
      series: [{ type: "bar", data: values, barMaxWidth: 48 }],
    }),
    tree: ({ roots }) => ({
      tooltip: { trigger: "item", formatter: ({ data }) => echarts.format.encodeHTML(data.said) },
      series: roots.map((root, number) => ({
        type: "tree", data: [root], orient: "LR", roam: false, expandAndCollapse: false, initialTreeDepth: -1,
        left: 24, right: 190, top: `${(number * 100) / roots.length + 4}%`, bottom: `${((roots.length - 1 - number) * 100) / roots.length + 4}%`,
        symbolSize: 10, itemStyle: { color: "#206bc4" }, lineStyle: { color: style("--tblr-secondary"), width: 1.5 },
        label: { position: "right", align: "left", verticalAlign: "middle", color: style("--tblr-body-color"), formatter: ({ data }) => data.said },
      })),
    }),
    flow: ({ nodes, links }) => ({
      tooltip: { trigger: "item", formatter: ({ data }) => echarts.format.encodeHTML(data.said) },
      series: [
        {
          type: "sankey", data: nodes, links, left: 8, right: 150, top: 16, bottom: 16, nodeGap: 14, draggable: false,
          label: { color: style("--tblr-body-color"), width: 140, overflow: "truncate", formatter: ({ data }) => data.said }, lineStyle: { color: "source", opacity: 0.35 }, emphasis: { focus: "adjacency" },
        },
      ],
    }),
  };

  const draw = () => {
    for (const [place, chart] of drawn) {
      if (!place.isConnected) { chart.dispose(); drawn.delete(place); }
    }
    for (const place of document.querySelectorAll("figure[data-picture]")) {
      const given = JSON.parse(place.dataset.given);
      const chart = drawn.get(place) ?? echarts.init(place, null, { renderer: "svg" });
      if (!drawn.has(place)) {
        chart.on("click", ({ data }) => { if (data?.href) location.assign(data.href); });
        drawn.set(place, chart);
      }
      chart.setOption({ ...common(), color: palette(), ...pictures[place.dataset.picture](given) }, true);
    }
  };
  addEventListener("resize", () => { for (const chart of drawn.values()) chart.resize(); });
  document.addEventListener("htmx:afterSettle", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  draw();
})();
