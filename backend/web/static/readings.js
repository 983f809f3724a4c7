// Draws what devices read, one line a device; again after a part of the page was fetched anew.
(() => {
  const draw = () => {
    const style = getComputedStyle(document.body);
    const ink = style.getPropertyValue("--tblr-secondary"), line = style.getPropertyValue("--tblr-primary");
    for (const place of document.querySelectorAll("[data-picture]")) {
      const given = JSON.parse(place.dataset.picture);
      const chart = echarts.getInstanceByDom(place) ?? echarts.init(place, null, { renderer: "svg" });
      const axis = { axisLabel: { color: ink, hideOverlap: true }, splitLine: { lineStyle: { color: ink, opacity: 0.15 } } };
      chart.setOption({
        animation: false, useUTC: true, color: [line],
        grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
        xAxis: { type: "time", ...axis, splitLine: { show: false } },
        yAxis: { type: "value", scale: true, ...axis },
        series: [{ type: "line", step: given.kind === "door" ? "end" : false, showSymbol: given.points.length < 30, data: given.points }],
      });
    }
  };
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSwap", draw);
  addEventListener("resize", () => {
    for (const place of document.querySelectorAll("[data-picture]")) echarts.getInstanceByDom(place)?.resize();
  });
})();
