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
