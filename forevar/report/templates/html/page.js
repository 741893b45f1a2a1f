(function () {
  "use strict";
  var narrow = window.matchMedia("(max-width: 700px)");
  var figures = Array.prototype.slice.call(document.querySelectorAll("figure.chart"));
  var fonts = document.fonts
    ? Promise.all(["12px", "bold 12px"].map(function (size) { return document.fonts.load(size + ' "IBM Plex Sans"'); })).catch(function () {})
    : Promise.resolve();

  var stored = document.getElementById("charts");
  var charts = stored ? JSON.parse(stored.textContent) : { pool: [], charts: {} };

  // Specifications share parts: {"$": 3} is the fourth part of the pool.
  function whole(part) {
    if (Array.isArray(part)) return part.map(whole);
    if (part === null || typeof part !== "object") return part;
    if ("$" in part) return whole(charts.pool[part.$]);
    var copy = {};
    Object.keys(part).forEach(function (name) { copy[name] = whole(part[name]); });
    return copy;
  }

  // The still drawing stays in the page: it is what is printed, and what is left if a chart fails.
  function draw(figure) {
    var specs = whole(charts.charts[figure.id]);
    var width = narrow.matches && specs.narrow ? "narrow" : "wide";
    if (figure.dataset.drawn === width) return Promise.resolve();
    figure.dataset.drawn = width;
    var box = document.createElement("div");
    box.className = "live-chart";
    return fonts.then(function () {
      return vegaEmbed(box, specs[width], { mode: "vega-lite", renderer: "svg", actions: false, hover: false, downloadFileName: figure.id });
    }).then(function () {
      if (figure.dataset.drawn !== width) return;
      box.querySelectorAll("svg").forEach(function (svg) { svg.setAttribute("aria-hidden", "true"); });
      var drawing = figure.querySelector(".drawing");
      drawing.querySelectorAll(".live-chart").forEach(function (old) { old.remove(); });
      drawing.appendChild(box);
      figure.classList.add("live");
    }).catch(function (error) {
      figure.dataset.drawn = "";
      figure.classList.remove("live");
      console.error(figure.id, error);
    });
  }

  var near = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) { near.unobserve(entry.target); draw(entry.target); }
    });
  }, { rootMargin: "600px" });
  if (window.vegaEmbed) figures.forEach(function (figure) { near.observe(figure); });
  narrow.addEventListener("change", function () {
    figures.forEach(function (figure) { if (figure.dataset.drawn) draw(figure); });
  });
  window.drawAll = function () { return Promise.all(figures.map(draw)).then(function () { return figures.length; }); };

  // The contents follow the reader.
  var links = {}, seen = {};
  document.querySelectorAll("nav li a").forEach(function (link) { links[link.getAttribute("href").slice(1)] = link; });
  var sections = Object.keys(links).map(function (id) { return document.getElementById(id); }).filter(Boolean);
  var follow = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { seen[entry.target.id] = entry.isIntersecting; });
    var here = sections.filter(function (section) { return seen[section.id]; })[0];
    if (!here) return;
    keepInSight(links[here.id]);
    Object.keys(links).forEach(function (id) {
      if (id === here.id) links[id].setAttribute("aria-current", "true");
      else links[id].removeAttribute("aria-current");
    });
  }, { rootMargin: "-15% 0px -70% 0px" });
  function keepInSight(link) {
    var nav = document.querySelector("nav"), frame = nav.getBoundingClientRect(), place = link.getBoundingClientRect();
    if (place.top < frame.top + 8) nav.scrollTop -= frame.top + 8 - place.top;
    if (place.bottom > frame.bottom - 8) nav.scrollTop += place.bottom - frame.bottom + 8;
  }
  sections.forEach(function (section) { follow.observe(section); });

  // A wide table can be scrolled with the keyboard, and only then is it a stop on the way.
  function reach() {
    document.querySelectorAll(".scroll").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth + 1) {
        box.tabIndex = 0; box.setAttribute("role", "group"); box.setAttribute("aria-label", box.dataset.label);
      } else {
        box.removeAttribute("tabindex"); box.removeAttribute("role"); box.removeAttribute("aria-label");
      }
    });
  }
  window.addEventListener("resize", reach);
  document.querySelectorAll("details").forEach(function (details) { details.addEventListener("toggle", reach); });
  reach();

  // Search over substances, there when the report has many.
  var search = document.querySelector(".search");
  if (search) {
    var field = search.querySelector("input"), status = search.querySelector("[role=status]");
    var items = Array.prototype.slice.call(document.querySelectorAll("nav li"));
    search.hidden = false;
    field.addEventListener("input", function () {
      var wanted = field.value.trim().toLowerCase(), found = 0;
      items.forEach(function (item) {
        var hit = "substance" in item.dataset && item.textContent.toLowerCase().indexOf(wanted) >= 0;
        if (wanted && hit) found += 1;
        item.hidden = wanted !== "" && !hit;
      });
      status.textContent = wanted ? status.dataset.found.replace("#", found) : "";
    });
    field.addEventListener("keydown", function (event) {
      if (event.key !== "Enter") return;
      var first = items.filter(function (item) { return !item.hidden; })[0];
      if (first && field.value.trim()) first.querySelector("a").click();
    });
  }

  // Where a number stands. Without this script the browser shows the titles itself.
  // A table or paragraph is one stop for the keyboard; the arrows lead from number to number in it.
  var told = document.createElement("div"), about = null, waiting = 0, former = null;
  told.className = "told"; told.hidden = true; told.setAttribute("role", "status");
  document.body.appendChild(told);
  function home(number) { return number.closest("table, .findings, dl, p, ul, ol"); }
  document.querySelectorAll("[title]").forEach(function (number) {
    number.dataset.origin = number.title;
    number.removeAttribute("title");
    number.tabIndex = home(number) === former ? -1 : 0;
    former = home(number);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") return forget();
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], number = document.activeElement;
    if (!step || !number || !("origin" in number.dataset)) return;
    var numbers = Array.prototype.slice.call(home(number).querySelectorAll("[data-origin]"));
    var next = numbers[numbers.indexOf(number) + step];
    if (!next) return;
    event.preventDefault();
    number.tabIndex = -1; next.tabIndex = 0; next.focus();
  });
  // Source and what it adds in bold, file and cell below.
  function line(text) {
    var row = document.createElement("p"), who = document.createElement("strong"), cut = text.indexOf(": ");
    who.textContent = cut < 0 ? text : text.slice(0, cut);
    row.append(who, cut < 0 ? "" : "\n" + text.slice(cut + 2));
    return row;
  }
  function tell(number) {
    clearTimeout(waiting);
    if (about === number) return;
    forget();
    about = number;
    number.classList.add("asked");
    told.hidden = false;
    told.replaceChildren.apply(told, number.dataset.origin.split("\n").map(line));
    var place = number.getBoundingClientRect(), room = document.documentElement.clientWidth;
    var left = Math.max(8, Math.min(place.left, room - told.offsetWidth - 8));
    var below = place.bottom + 6 + told.offsetHeight <= window.innerHeight || place.top < told.offsetHeight + 6;
    told.style.left = left + window.scrollX + "px";
    told.style.top = (below ? place.bottom + 6 : place.top - told.offsetHeight - 6) + window.scrollY + "px";
  }
  function forget() {
    clearTimeout(waiting);
    if (about) about.classList.remove("asked");
    about = null; told.hidden = true;
  }
  function forgetSoon() { clearTimeout(waiting); waiting = setTimeout(forget, 250); }
  function numberAt(event) { return event.target.closest && event.target.closest("[data-origin]"); }
  document.addEventListener("mouseover", function (event) {
    var number = numberAt(event);
    if (number) tell(number);
    else if (told.contains(event.target)) clearTimeout(waiting);
    else if (about && about !== document.activeElement) forgetSoon();
  });
  document.addEventListener("focusin", function (event) { if (numberAt(event)) tell(numberAt(event)); else forget(); });
  document.addEventListener("click", function (event) {
    var number = numberAt(event);
    if (number) tell(number);
    else if (!told.contains(event.target)) forget();
  });

  // A link to a figure's numbers opens them.
  function open() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var details = target && target.closest("details");
    if (details) details.open = true;
  }
  window.addEventListener("hashchange", open);
  open();
})();
