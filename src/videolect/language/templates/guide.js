// Search over the primitives: by title, words, id and definition. Works from a folder, without a server.
(() => {
  const input = document.getElementById("search");
  const found = document.getElementById("found");
  const page = document.getElementById("page");
  const root = input.dataset.root;
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const entries = window.videolectGuide.map((entry) => ({ ...entry, title_: plain(entry.title), words_: plain(entry.words),
    id_: plain(entry.id.replaceAll("_", " ")), text_: plain(entry.definition) }));
  let chosen = 0;

  const score = (entry, words) => {
    let sum = 0;
    for (const word of words) {
      const here = entry.title_.split(/[^a-z0-9]+/).some((each) => each.startsWith(word)) ? 8
        : entry.title_.includes(word) ? 5 : entry.words_.includes(word) ? 4 : entry.id_.includes(word) ? 3
        : entry.text_.includes(word) ? 1 : 0;
      if (!here) return 0;
      sum += here;
    }
    return sum + (entry.title_ === words.join(" ") ? 20 : 0);
  };

  const show = () => {
    const words = plain(input.value).split(/[^a-z0-9]+/).filter(Boolean);
    found.hidden = words.length === 0;
    page.hidden = words.length > 0 && page.dataset.keep !== "yes";
    if (!words.length) return;
    const hits = entries.map((entry) => [score(entry, words), entry]).filter(([points]) => points > 0)
      .sort((a, b) => b[0] - a[0] || a[1].title.length - b[1].title.length).slice(0, 30);
    chosen = 0;
    const list = document.createElement("ol");
    for (const [at, [, entry]] of hits.entries()) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${root}primitives/${entry.id}.html`;
      link.textContent = entry.title;
      const text = document.createElement("small");
      text.textContent = `${entry.group} - ${entry.definition}`;
      item.append(link, text);
      item.setAttribute("aria-selected", String(at === 0));
      list.append(item);
    }
    found.replaceChildren(hits.length ? list : Object.assign(document.createElement("p"), { textContent: `Nothing is called '${input.value}'.` }));
  };

  const choose = (step) => {
    const items = [...found.querySelectorAll("li")];
    if (!items.length) return;
    items[chosen].setAttribute("aria-selected", "false");
    chosen = (chosen + step + items.length) % items.length;
    items[chosen].setAttribute("aria-selected", "true");
    items[chosen].scrollIntoView({ block: "nearest" });
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(event.key === "ArrowDown" ? 1 : -1); }
    if (event.key === "Escape") { input.value = ""; show(); }
  });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    found.querySelectorAll("li")[chosen]?.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) { event.preventDefault(); input.focus(); }
  });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; show(); }
})();

// Loops play while they are in view, the two of a pair together, and rest a moment before they begin again. A loop can be
// stopped; who asked the system for less motion sees the first and the last frame instead (guide.css).
(() => {
  const REST = 700;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const stopped = new Set();
  const seen = new Set();
  const go = (video) => {
    if (!still.matches && seen.has(video) && !stopped.has(video)) video.play().catch(() => {});
    else video.pause();
  };
  const watcher = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) seen.add(target); else seen.delete(target);
      if (isIntersecting) target.preload = "auto";
      go(target);
    }
  }, { threshold: 0.25 });
  for (const motion of document.querySelectorAll(".motion")) {
    const video = motion.querySelector("video");
    const button = document.createElement("button");
    button.type = "button";
    const tell = () => {
      const off = stopped.has(video);
      button.textContent = off ? "Play" : "Stop";
      button.setAttribute("aria-pressed", String(off));
      button.setAttribute("aria-label", `${off ? "Play" : "Stop"}: ${motion.dataset.name}`);
    };
    const turn = () => { if (!stopped.delete(video)) stopped.add(video); tell(); go(video); };
    button.addEventListener("click", turn);
    video.addEventListener("click", turn);
    video.addEventListener("ended", () => setTimeout(() => { if (seen.has(video) && !stopped.has(video)) { video.currentTime = 0; go(video); } }, REST));
    tell();
    motion.append(button);
    watcher.observe(video);
  }
  still.addEventListener("change", () => seen.forEach(go));
})();
