/** What the board draws, by kind: data of the page -> options of ECharts, in the colours of the theme. */

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Colours and sizes, read anew at each drawing: the theme may have changed. */
function look() {
  const share = document.body.classList.contains("wall") ? 1 : 0.8;
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * share;
  return {
    ink: token("--ink-soft"), line: token("--line"), accent: token("--accent"), good: token("--good"),
    bad: token("--bad"), surface: token("--surface"), text: token("--ink"), size,
  };
}

function base(c) {
  return {
    animationDuration: 150,
    animationDurationUpdate: 150,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: c.size, color: c.ink },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: c.surface, borderColor: c.line,
      textStyle: { color: c.text, fontSize: c.size },
    },
    aria: { enabled: true },
  };
}

const plain = (c) => ({
  axisLine: { lineStyle: { color: c.line } },
  axisTick: { show: false },
  axisLabel: { color: c.ink, fontSize: c.size },
  splitLine: { lineStyle: { color: c.line } },
});

/** New and closed over time. */
export function course(data) {
  const c = look();
  return {
    ...base(c),
    color: [c.accent, c.good],
    tooltip: { ...base(c).tooltip, trigger: "axis" },
    legend: { top: 4, right: 8, textStyle: { color: c.ink, fontSize: c.size }, itemWidth: c.size * 1.4, icon: "roundRect", itemHeight: 4 },
    grid: { left: 8, right: 20, top: c.size * 3, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: data.labels, boundaryGap: false, ...plain(c), splitLine: { show: false } },
    yAxis: { type: "value", minInterval: 1, ...plain(c), axisLine: { show: false } },
    series: data.lines.map((line, place) => ({
      type: "line", name: line.name, symbolSize: c.size / 2, showSymbol: data.labels.length < 40, lineStyle: { width: c.size / 6 },
      areaStyle: place === 0 ? { opacity: 0.12 } : undefined,
      data: line.values.map((value, at) => ({ value, url: line.urls[at] })),
    })),
  };
}

/** Units by size, the largest on top. */
export function bars(data) {
  const c = look();
  const names = [...data.names].reverse();
  return {
    ...base(c),
    color: [c.accent],
    grid: { left: 8, right: c.size * 3.5, top: 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "value", minInterval: 1, show: false },
    yAxis: { type: "category", data: names, ...plain(c), axisLine: { show: false },
      axisLabel: { color: c.ink, fontSize: c.size, width: c.size * 12, overflow: "truncate" } },
    series: [{
      type: "bar", name: data.label, barMaxWidth: c.size * 1.4,
      itemStyle: { borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: "right", color: c.text, fontSize: c.size },
      data: data.values.map((value, at) => ({ value, url: data.urls[at] })).reverse(),
    }],
  };
}

/** Workers: households across, open issues up; the slope of the line is the median load. */
export function loads(data) {
  const c = look();
  const most = Math.max(1, ...data.dots.map((one) => one.households));
  const dot = (one, place) => ({
    value: [one.households, one.open], name: one.name, url: one.url, label: { position: place % 2 ? "bottom" : "top" },
  });
  const kind = (isFar, colour) => ({
    type: "scatter", symbolSize: c.size * 0.9, itemStyle: { color: colour, opacity: 0.8 },
    data: data.dots.filter((one) => one.far === isFar).map(dot),
    label: { show: isFar, formatter: "{b}", color: c.text, fontSize: c.size },
  });
  return {
    ...base(c),
    tooltip: { ...base(c).tooltip, formatter: (one) => (one.name ? `${one.name}\n${data.x} ${one.value[0]}\n${data.y} ${one.value[1]}` : "") },
    grid: { left: 8, right: c.size * 4, top: c.size * 2.6, bottom: c.size * 1.8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "value", name: data.x, nameLocation: "middle", nameGap: c.size * 2, ...plain(c), splitLine: { show: false } },
    yAxis: { type: "value", name: data.y, minInterval: 1, ...plain(c), axisLine: { show: false } },
    series: [
      kind(false, c.accent), kind(true, c.bad),
      ...(data.middle === null ? [] : [{
        type: "line", silent: true, symbol: "none", lineStyle: { color: c.ink, type: "dashed", width: 1 },
        data: [[0, 0], [most, (data.middle * most) / 1000]],
        endLabel: { show: true, formatter: data.middle_name, color: c.ink, fontSize: c.size },
      }]),
    ],
  };
}

export const KINDS = { course, category: bars, source: bars, loads };
