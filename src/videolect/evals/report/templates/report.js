"use strict";
(() => {
  const value = (row, at) => {
    const cell = row.children[at];
    if (cell === undefined) return null;
    const told = cell.dataset.value;
    if (told !== undefined) return told === "" ? null : Number(told);
    return cell.textContent.trim().toLowerCase();
  };
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const first = [...body.rows];
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    const show = (rows) => {
      body.replaceChildren(...rows);
    };
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const numbers = first.some((row) => row.children[at]?.dataset.value !== undefined);
        const order = numbers ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
        const next = order[(order.indexOf(head.getAttribute("aria-sort")) + 1) % 3];
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", next);
        table.classList.toggle("sorted", next !== "none");
        if (next === "none") return show(first);
        const sign = next === "ascending" ? 1 : -1;
        show([...first].sort((a, b) => compare(value(a, at), value(b, at), sign)));
      });
    });
  }
  const every = () => document.querySelectorAll("main details");
  for (const button of document.querySelectorAll(".tools button")) {
    button.addEventListener("click", () => {
      for (const each of every()) each.open = button.dataset.open === "yes";
    });
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...every()].filter((each) => !each.open);
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
})();
