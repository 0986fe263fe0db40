// Follows one mail until its last state. Without it the page refreshes itself.
"use strict";

(() => {
  const box = document.getElementById("progress");
  const words = document.getElementById("words");
  const list = document.getElementById("timeline");
  const QUICK = 300;
  const SLOW = 3000;
  let wait = QUICK;

  const part = (name, text) => {
    const made = document.createElement("span");
    made.className = name;
    made.textContent = text;
    return made;
  };

  const row = (step) => {
    const made = document.createElement("li");
    made.dataset.event = step.event;
    made.append(part("label", step.label), part("ms", `${step.at_ms} ms`));
    if (step.detail) made.append(part("detail", step.detail));
    return made;
  };

  const show = (progress) => {
    if (words.textContent !== progress.state_words) words.textContent = progress.state_words;
    box.dataset.state = progress.state;
    if (list.children.length !== progress.timeline.length) {
      list.replaceChildren(...progress.timeline.map(row));
      wait = QUICK;
    }
    if (progress.final) box.dataset.final = "";
  };

  const look = async () => {
    try {
      const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.ok) show(await answer.json());
    } catch {
      wait = SLOW; // the server is away for a moment: ask again
    }
    if ("final" in box.dataset) return;
    wait = Math.min(wait * 1.25, SLOW);
    setTimeout(look, wait);
  };

  if (!("final" in box.dataset)) setTimeout(look, QUICK);
})();
