// What htmx does not do by itself: conditional polling, keys for forms, the focus after a change of page,
// and dragging a post to another day. Every page works without this file too.
(() => {
  "use strict";
  const tags = new Map(); // ETag by address, of what the page shows
  const $ = (id) => document.getElementById(id);

  // Browsers tell no server which clock people go by.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes("bellwether_zone=" + encodeURIComponent(zone))) {
    document.cookie = "bellwether_zone=" + encodeURIComponent(zone) + ";path=/;max-age=31536000;samesite=lax";
  }

  const polled = (e) => e.detail.elt && e.detail.elt.hasAttribute("data-poll");

  document.addEventListener("htmx:configRequest", (e) => {
    if (!polled(e)) return;
    e.detail.headers["X-Poll"] = "1";
    const tag = tags.get(e.detail.path);
    if (tag) e.detail.headers["If-None-Match"] = tag;
  });

  // A page that nobody looks at asks nothing.
  document.addEventListener("htmx:beforeRequest", (e) => {
    if (polled(e) && document.hidden) e.preventDefault();
    else if (!polled(e)) document.documentElement.classList.add("busy");
  });

  document.addEventListener("htmx:afterRequest", (e) => {
    document.documentElement.classList.remove("busy");
    const answered = e.detail.xhr && e.detail.xhr.status > 0 && e.detail.xhr.status < 500;
    if (answered || polled(e)) $("offline").hidden = answered;
    if (!answered) return;
    const tag = e.detail.xhr.getResponseHeader("ETag");
    if (polled(e) && tag) tags.set(e.detail.pathInfo.requestPath, tag);
    else if (!polled(e)) tags.clear(); // another page, or what a person just changed
  });

  // Keeping fresh must not replace the page by one that tells of an error.
  document.addEventListener("htmx:beforeSwap", (e) => {
    if (polled(e) && e.detail.xhr.status !== 200) e.detail.shouldSwap = false;
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => { $("offline").hidden = false; document.documentElement.classList.remove("busy"); });
  }

  // A form that is sent twice does its work once.
  document.addEventListener("submit", (e) => {
    const key = e.target.elements.key;
    if (key && !key.value) key.value = crypto.randomUUID();
  }, true);

  // On a phone the navigation is a strip: it shows where one is.
  const here = () => document.querySelector("nav [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  here();

  // After a change of page: say what was done, and put the focus where the page begins.
  document.addEventListener("htmx:afterSettle", (e) => {
    if (e.detail.target.id !== "page" && e.target.id !== "page") return;
    here();
    const banner = document.querySelector("[data-say]");
    $("said").textContent = banner ? banner.textContent : document.title;
    const heading = document.querySelector("#content h1");
    // Whoever is somewhere already stays there.
    if (heading && (!document.activeElement || document.activeElement === document.body)) heading.focus({ preventScroll: true });
  });

  // What a person opened or is writing stays as it is while the page keeps itself fresh.
  document.addEventListener("input", (e) => { if (e.target.form) e.target.form.dataset.dirty = ""; });
  if (window.Idiomorph) {
    Idiomorph.defaults.ignoreActiveValue = true;
    Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => !(node.nodeName === "FORM" && "dirty" in node.dataset);
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.nodeName === "DETAILS");
  }

  // The calendar: a post that waits can be dragged to another day.
  let dragged = null;
  const day = (e) => e.target instanceof Element && e.target.closest("[data-day]");
  document.addEventListener("dragstart", (e) => {
    dragged = e.target instanceof Element && e.target.closest("[data-post]");
    if (dragged) { e.dataTransfer.effectAllowed = "move"; e.dataTransfer.setData("text/plain", dragged.dataset.post); }
  });
  document.addEventListener("dragover", (e) => {
    if (!dragged || !day(e)) return;
    e.preventDefault();
    for (const d of document.querySelectorAll(".day.over")) d.classList.remove("over");
    day(e).classList.add("over");
  });
  document.addEventListener("dragend", () => { dragged = null; for (const d of document.querySelectorAll(".day.over")) d.classList.remove("over"); });
  document.addEventListener("drop", (e) => {
    const to = day(e), form = document.querySelector("#move form");
    if (!dragged || !to || !form) return;
    e.preventDefault();
    if (dragged.closest("[data-day]") === to) return;
    form.elements.postId.value = dragged.dataset.post;
    form.elements.day.value = to.dataset.day;
    form.elements.time.value = dragged.dataset.time;
    form.requestSubmit();
  });
})();
