// Comfort for those who have JavaScript; every page is whole without it.
(function () {
  "use strict";
  const help = document.getElementById("help");
  let waiting = false; // after "g", for a letter

  function typing(target) {
    return target.closest("input, select, textarea, dialog") !== null;
  }

  function follow(selector) {
    const link = document.querySelector(selector);
    if (link) link.click();
    return Boolean(link);
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target) && event.target.blur) { event.target.blur(); return; }
    if (typing(event.target)) return;
    if (waiting) {
      waiting = false;
      if (/^[a-z]$/.test(event.key) && follow('nav.pages a[data-key="' + event.key + '"]')) event.preventDefault();
      return;
    }
    if (event.key === "g") { waiting = true; setTimeout(function () { waiting = false; }, 1500); return; }
    if (event.key === "[" && follow('.step a[rel="prev"]')) event.preventDefault();
    if (event.key === "]" && follow('.step a[rel="next"]')) event.preventDefault();
    if (event.key === "?" && help && !help.open) { help.showModal(); event.preventDefault(); }
    if (event.key === "/") {
      const field = document.querySelector('.filters input[type="search"]');
      if (field) { field.focus(); field.select(); } else { location.href = "/vehicles#search"; }
      event.preventDefault();
    }
  });

  // zoom and hover, fetched only by those who ask for it
  let library = null;
  function charts() {
    if (!library) {
      library = new Promise(function (done, failed) {
        const script = document.createElement("script");
        script.src = document.body.dataset.charts;
        script.onload = function () { done(window.echarts); };
        script.onerror = failed;
        document.head.append(script);
      });
    }
    return library;
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function option(block, kind) {
    const first = block.columns[0];
    const others = block.columns.slice(1).filter(function (column) {
      return block.rows.some(function (row) { return typeof row[column.key] === "number"; });
    });
    const ink = colour("--soft"), line = colour("--line");
    const palette = [colour("--one"), colour("--poor"), colour("--fair"), colour("--age")];
    return {
      animation: false, color: palette, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, label: { description: block.title + ". " + block.summary } },
      grid: { left: 56, right: 16, top: 16, bottom: 62 },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      dataZoom: [{ type: "inside" }, { type: "slider", height: 22, bottom: 6 }],
      xAxis: { type: "category", data: block.rows.map(function (row) { return row[first.key]; }), axisLabel: { color: ink } },
      yAxis: { type: "value", scale: kind === "line", axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } } },
      series: others.map(function (column) {
        return {
          name: column.label + (column.unit ? " " + column.unit : ""), type: kind, showSymbol: block.rows.length < 60,
          data: block.rows.map(function (row) { return row[column.key]; })
        };
      })
    };
  }

  document.querySelectorAll("button.zoom").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", async function () {
      button.disabled = true;
      try {
        const [echarts, answer] = await Promise.all([charts(), fetch(button.dataset.source)]);
        const block = (await answer.json()).blocks[0];
        const plot = button.closest("figure").querySelector(".plot");
        const place = document.createElement("div");
        place.className = "live";
        place.setAttribute("role", "img");
        plot.replaceWith(place);
        const chart = echarts.init(place, null, { renderer: "canvas" });
        chart.setOption(option(block, button.dataset.kind));
        new ResizeObserver(function () { chart.resize(); }).observe(place);
        button.remove();
      } catch (fault) {
        button.disabled = false; // the drawing stays as it was
      }
    });
  });

  if (location.hash === "#search") {
    const field = document.querySelector('.filters input[type="search"]');
    if (field) field.focus();
  }

  // a chosen filter applies at once; without JavaScript the button does
  document.querySelectorAll(".filters select").forEach(function (field) {
    field.addEventListener("change", function () { field.form.requestSubmit(); });
  });
  // empty fields stay out of addresses, so that links are short
  document.querySelectorAll(".filters").forEach(function (form) {
    form.addEventListener("submit", function () {
      form.querySelectorAll("input, select").forEach(function (field) { if (!field.value) field.disabled = true; });
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll(".filters :disabled").forEach(function (field) { field.disabled = false; });
  });
})();
